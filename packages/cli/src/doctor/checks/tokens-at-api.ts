import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Check } from '../check.ts';
import { fits, unseen, wrong } from '../finding.ts';
import { isAnswer } from '../probe.ts';
import { isPrivate } from '../settings.ts';
import { errorOf } from '../try-redirect-uri.ts';

/**
 * Whether the API can judge a token from where it runs: it is shown one that looks right and that nobody has signed. To refuse it it needs
 * the keys of the authorization server.
 */
export const madeUpToken: Check = {
  name: 'made-up token',
  view: 'resource server',
  roles: ['resource-server'],
  look: async ({ settings: { api, issuer, resource }, probe }) => {
    const open = await probe(api);
    if (!isAnswer(open) || open.status !== 401) return [];
    const answer = await probe(api, { headers: { authorization: `Bearer ${madeUp(issuer, resource)}` } });
    if (!isAnswer(answer)) return [unseen(answer.reason)];
    if (answer.status === 401) return [fits('it is refused')];
    if (answer.status >= 500)
      return [
        wrong({
          seen: `it cannot judge tokens (status ${answer.status})`,
          why: `it needs the keys of ${issuer}, and does not get them where it runs, even if this machine does`,
          mend: 'let it reach the address in its ISSUER from where it runs (in a container, localhost is the container itself); its log says what it was told',
          reference: 'RFC 9068 §4; RFC 8414 §3',
        }),
      ];
    return [
      wrong({
        seen: `it lets a token in that nobody has signed (status ${answer.status})`,
        why: 'anybody can be anybody there',
        mend: 'verify the signature with the keys of the issuer before anything in a token is believed (packages/resource-guard does)',
        reference: 'RFC 9068 §4; RFC 8725 §3.1',
      }),
    ];
  },
};

function madeUp(issuer: string, resource: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: issuer,
    aud: resource,
    sub: 'nobody',
    client_id: 'rolecall-doctor',
    iat: now,
    exp: now + 60,
    jti: randomBytes(16).toString('hex'),
  };
  return [part({ alg: 'ES256', typ: 'at+jwt', kid: 'made-up' }), part(claims), randomBytes(64).toString('base64url')].join('.');
}

/** Whether the API accepts what the authorization server issues for it. */
export const issuedToken: Check = {
  name: 'issued token',
  view: 'resource server',
  roles: ['authorization-server', 'resource-server'],
  look: async ({ settings: { api, resource }, probe, token }) => {
    const issued = await token();
    if (!('token' in issued)) return [];
    // What is for another API is shown to no API: it could use it there.
    if (isForAnother(issued.token, resource)) return [unseen('the token is not for this API, and is not shown to it')];
    if (!isPrivate(api)) return [unseen(`${api} is not https: no token is sent there`)];
    const answer = await probe(api, { headers: { authorization: `Bearer ${issued.token}` } });
    if (!isAnswer(answer)) return [unseen(answer.reason)];
    const error = errorOf({ error: /\berror="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] });
    if (answer.status === 401)
      return [
        wrong({
          seen: `it refuses a token that the authorization server has just issued for it${error === undefined ? '' : ` (${error})`}`,
          why: 'nobody can call it, whoever has logged in',
          mend: 'compare ISSUER and RESOURCE of the resource server with what is said above on issuer and audience, and the clocks; its log says what is wrong with the token. Opaque tokens need INTROSPECTION_CLIENT_ID and INTROSPECTION_CLIENT_SECRET',
          reference: 'RFC 6750 §3.1; RFC 9068 §4',
        }),
      ];
    if (answer.status >= 500) return [unseen(`it cannot judge the token (status ${answer.status})`)];
    return [fits(answer.status === 403 ? 'it is genuine for the API, which wants more (403)' : `it is accepted (status ${answer.status})`)];
  },
};

function isForAnother(token: string, resource: string): boolean {
  try {
    return ![decodeJwt(token).aud].flat().includes(resource);
  } catch {
    // Opaque: only the authorization server knows.
    return false;
  }
}
