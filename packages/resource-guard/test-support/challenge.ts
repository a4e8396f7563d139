/** The parameters of a Bearer challenge. Throws for anything that RFC 6750 §3 does not allow: other schemes, illegal characters, repeated names. */
export function parseChallenge(response: Response): Record<string, string> {
  const header = response.headers.get('www-authenticate') ?? '';
  const [scheme, rest] = [header.slice(0, 7), header.slice(7)];
  if (scheme !== 'Bearer ') throw new Error(`not a Bearer challenge: ${header}`);
  const parameters: Record<string, string> = {};
  const remainder = rest.replace(/([a-z_]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:, |$)/g, (_match, name: string, value: string) => {
    if (name in parameters) throw new Error(`${name} is given twice: ${header}`);
    parameters[name] = value;
    return '';
  });
  if (remainder !== '') throw new Error(`not a challenge: ${header}`);
  return parameters;
}
