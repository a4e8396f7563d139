/** The members of forms with which this client proves something. A refresh token is not among them: a server that does not rotate it repeats it rightly. */
const SECRET_MEMBERS = ['code', 'code_verifier', 'client_secret', 'client_assertion', 'device_code'];

/** What is shorter may be anywhere by chance, and no good server gives out such secrets. */
const SHORTEST = 16;

/** What a request carries that must not come back: whoever repeats it would have it shown on a page, put into a link to somebody else, or logged. */
export function sentSecrets({ headers, body }: { headers: Record<string, string>; body?: unknown }): string[] {
  const [, scheme = '', credentials = ''] = /^(\S+) (.*)$/.exec(headers['authorization'] ?? '') ?? [];
  const password = scheme.toLowerCase() === 'basic' ? atob(credentials).replace(/^[^:]*:/, '') : '';
  const form = body instanceof URLSearchParams ? body : undefined;
  const members = SECRET_MEMBERS.map((name) => form?.get(name) ?? '');
  // RFC 6749 §2.3.1: what goes into Basic is form-encoded first.
  return [credentials, password, new URLSearchParams(`p=${password}`).get('p') ?? '', ...members].filter(
    ({ length }) => length >= SHORTEST,
  );
}

/** Does an answer repeat one of these? */
export function repeatsAny(secrets: readonly string[], answer: { headers: Iterable<[string, string]>; content: Uint8Array }): boolean {
  if (secrets.length === 0) return false;
  const values = [...answer.headers].map(([, value]) => value).join('\n');
  const content = Buffer.from(answer.content.buffer, answer.content.byteOffset, answer.content.byteLength);
  return secrets.some((secret) => values.includes(secret) || content.includes(secret));
}
