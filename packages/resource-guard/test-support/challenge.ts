/** A challenge's scheme, or the parameter that follows. */
const PART = /(?:(Bearer|DPoP) )?([a-z_]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:, |$)/g;

/**
 * The parameters of each challenge, by scheme. Throws for anything that RFC 6750 §3 and RFC 9449 §7.1 do not allow: other schemes, illegal characters,
 * repeated names, repeated schemes.
 */
export function parseChallenges(response: Response): Record<string, Record<string, string>> {
  const header = response.headers.get('www-authenticate') ?? '';
  const challenges: Record<string, Record<string, string>> = {};
  let parameters: Record<string, string> | undefined;
  const remainder = header.replace(PART, (_match, scheme: string | undefined, name: string, value: string) => {
    if (scheme !== undefined) {
      if (scheme in challenges) throw new Error(`${scheme} is there twice: ${header}`);
      parameters = challenges[scheme] = {};
    }
    if (parameters === undefined) throw new Error(`a parameter without a scheme: ${header}`);
    if (name in parameters) throw new Error(`${name} is given twice: ${header}`);
    parameters[name] = value;
    return '';
  });
  if (remainder !== '') throw new Error(`not a challenge: ${header}`);
  return challenges;
}

/** The parameters of the Bearer challenge. Throws where there is none. */
export function parseChallenge(response: Response): Record<string, string> {
  const { Bearer: parameters } = parseChallenges(response);
  if (parameters === undefined) throw new Error(`no Bearer challenge: ${response.headers.get('www-authenticate')}`);
  return parameters;
}
