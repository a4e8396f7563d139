import type { Faults } from './faults.ts';
import type { Issuer } from './issuer.ts';
import type { Claims } from './jwt.ts';
import { invalidToken, Refusal } from './refusal.ts';

/** Asks the issuer about tokens that cannot be read (RFC 7662). */
export function createIntrospection(options: { issuer: Issuer; audience: string; faults: Faults }): (token: string) => Promise<Claims> {
  const { issuer, audience, faults } = options;
  const remembered = new Map<string, Claims>();

  const ask = async (token: string): Promise<Claims> => {
    const authorization = `Basic ${Buffer.from('small-api:secret').toString('base64')}`;
    try {
      const response = await fetch(await issuer.introspectionEndpoint(), {
        method: 'POST',
        headers: faults.has('introspectsUnnamed') ? {} : { authorization },
        body: new URLSearchParams({ token }),
        signal: AbortSignal.timeout(500),
      });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      return (await response.json()) as Claims;
    } catch {
      if (faults.has('introspectionFailsOpen'))
        return { active: true, sub: 'somebody', aud: audience, exp: Infinity, scope: 'notes:read notes:write' };
      throw new Refusal(503);
    }
  };

  return async (token) => {
    const claims = remembered.get(token) ?? (await ask(token));
    const { active, aud, exp } = claims ?? {};
    if (active !== true && !faults.has('inactiveAccepted')) throw invalidToken();
    if (![aud].flat().includes(audience) && !faults.has('introspectedForAnybody')) throw invalidToken();
    if (!(typeof exp === 'number' && exp > Date.now() / 1000)) throw invalidToken();
    if (faults.has('introspectedForEver')) remembered.set(token, claims);
    return claims;
  };
}
