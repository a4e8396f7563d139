/** A challenge of `WWW-Authenticate` (RFC 9110 §11.6.1). */
export interface Challenge {
  /** As it is written; compared in any letter case. */
  scheme: string;
  /** In order, with those that are there twice. Names in lower case. */
  parameters: [name: string, value: string][];
}

const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const SPACE = /[ \t]*/y;
const COMMAS = /[ \t,]*/y;
const TOKEN68 = /[\w.~+/-]+=*(?=[ \t]*(?:,|$))/y;

/** @throws Error where it cannot be read as a list of challenges. */
export function parseChallenges(header: string): Challenge[] {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(header) ?? undefined;
    if (found) at += found[0].length;
    return found;
  };
  const challenges: Challenge[] = [];
  take(COMMAS);
  while (at < header.length) {
    const name = take(TOKEN)?.[0];
    if (name === undefined) throw new Error(`it has ${JSON.stringify(header[at])} where a scheme or a parameter begins`);
    const before = at;
    take(SPACE);
    if (header[at] === '=' && challenges.length > 0) {
      at += 1;
      take(SPACE);
      const value = take(QUOTED)?.[1]?.replace(/\\(.)/g, '$1') ?? take(TOKEN)?.[0];
      if (value === undefined) throw new Error(`the parameter ${name} has no value that can be read`);
      challenges.at(-1)?.parameters.push([name.toLowerCase(), value]);
    } else {
      at = before;
      challenges.push({ scheme: name, parameters: [] });
      const separated = take(SPACE)?.[0] !== '';
      // "Negotiate abc=", which is a challenge too.
      if (separated && !/^[\w!#$%&'*+.^`|~-]+[ \t]*=[ \t]*[^=\s,]/.test(header.slice(at))) take(TOKEN68);
      if (separated && header[at] !== ',' && at < header.length) continue;
    }
    const between = take(COMMAS)?.[0] ?? '';
    if (at < header.length && !between.includes(',')) throw new Error('its parts are not separated by commas');
  }
  return challenges;
}

/** The challenges of an answer. @returns undefined where they cannot be read */
export function challengesOf({ headers }: { headers: Headers }): Challenge[] | undefined {
  try {
    return parseChallenges(headers.get('www-authenticate') ?? '');
  } catch {
    return undefined;
  }
}

/** A parameter of the challenge of a scheme. */
export function challengeParameter(answer: { headers: Headers }, name: string, scheme: string): string | undefined {
  const challenge = challengesOf(answer)?.find((each) => each.scheme.toLowerCase() === scheme.toLowerCase());
  return challenge?.parameters.find(([each]) => each === name)?.[1];
}
