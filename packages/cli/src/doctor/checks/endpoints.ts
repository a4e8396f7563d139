import type { Check } from '../check.ts';
import { urlOf } from '../documents.ts';
import { fits, type Observation, wrong } from '../finding.ts';
import { isAnswer } from '../probe.ts';
import { isLoopback } from '../settings.ts';

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'introspection_endpoint',
  'revocation_endpoint',
  'registration_endpoint',
  'pushed_authorization_request_endpoint',
];

const NEEDED = ['authorization_endpoint', 'token_endpoint'];

/** Whether the addresses in the metadata can be used. */
export const endpoints: Check = {
  name: 'endpoints',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ settings: { issuer }, metadata, probe }) => {
    const found = await metadata();
    if (!('document' in found)) return [];
    const named = ENDPOINTS.flatMap((name) => {
      const url = urlOf(found.document, name);
      return url === undefined ? [] : [{ name, url }];
    });
    const missing = NEEDED.filter((name) => !named.some((each) => each.name === name));
    const insecure = named.filter(({ url }) => !url.startsWith('https:') && (issuer.startsWith('https:') || !isLoopback(url)));
    const observations: Observation[] = [];
    if (missing.length > 0)
      observations.push(
        wrong({
          seen: `the metadata has no usable ${missing.join(' and no ')}`,
          why: 'a client learns from the metadata where to send people and codes',
          mend: 'switch the authorization code flow on at the authorization server',
          reference: 'RFC 8414 §2',
        }),
      );
    if (insecure.length > 0)
      observations.push(
        wrong({
          seen: `not https: ${insecure.map(({ name, url }) => `${name} ${url}`).join(', ')}`,
          why: 'passwords, codes and tokens would travel in the open; the other roles refuse such addresses',
          mend: 'behind a proxy that ends TLS, tell the authorization server its public address (ours: ISSUER and TRUSTED_PROXIES; Keycloak: hostname and proxy-headers)',
          reference: 'RFC 6749 §3.1, §3.2; RFC 9700 §2.6',
        }),
      );
    // Those of the issuer's own origin have answered already: it has told the metadata.
    const others = Map.groupBy(named, ({ url }) => new URL(url).origin);
    others.delete(new URL(found.url).origin);
    for (const [origin, [first]] of others) {
      const answer = await probe(origin);
      if (isAnswer(answer)) continue;
      observations.push(
        wrong({
          seen: `${first?.name} is at ${origin}: ${answer.reason}`,
          why: 'what the metadata names has to be reachable for browsers and for the other roles',
          mend: 'tell the authorization server by which address others reach it (ours: ISSUER; Keycloak: hostname), or mend the network',
          reference: 'RFC 8414 §2',
        }),
      );
    }
    return observations.length > 0 ? observations : [fits(`${named.length} addresses, all usable`)];
  },
};
