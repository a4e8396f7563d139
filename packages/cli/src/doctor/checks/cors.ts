import type { Check } from '../check.ts';
import { type Found, urlOf } from '../documents.ts';
import { advice, fits, type Observation, type PointOfView, unseen, wrong } from '../finding.ts';
import { type Answer, isAnswer, type Probe } from '../probe.ts';
import type { Role, Settings } from '../settings.ts';
import type { Subject } from '../subject.ts';

/** What an application in the browser alone does with the other two. */
interface Call {
  what: string;
  method: 'GET' | 'POST';
  /** Headers that a browser asks about first. */
  headers: string[];
  url: (settings: Settings, metadata: Found) => string | undefined;
}

const member = (name: string) => (_settings: Settings, found: Found) => ('document' in found ? urlOf(found.document, name) : undefined);

const AT_AUTHORIZATION_SERVER: Call[] = [
  { what: 'its metadata', method: 'GET', headers: [], url: (_settings, found) => ('document' in found ? found.url : undefined) },
  { what: 'its keys', method: 'GET', headers: [], url: member('jwks_uri') },
  { what: 'the token endpoint', method: 'POST', headers: [], url: member('token_endpoint') },
];
const AT_RESOURCE_SERVER: Call[] = [{ what: 'the API', method: 'GET', headers: ['authorization'], url: ({ api }) => api }];

/** Whether an application in the browser alone may call the authorization server, or the API. */
export function corsOf(role: Exclude<Role, 'sample-client'>): Check {
  const name: PointOfView = role === 'authorization-server' ? 'authorization server' : 'resource server';
  const calls = role === 'authorization-server' ? AT_AUTHORIZATION_SERVER : AT_RESOURCE_SERVER;
  return {
    name: `CORS of the ${name}`,
    view: 'browser',
    roles: [role],
    look: async (subject) => {
      const { settings } = subject;
      const found = await subject.metadata();
      const asked = calls.flatMap((call) => {
        const url = call.url(settings, found);
        return url === undefined ? [] : [{ ...call, url }];
      });
      const refused: string[] = [];
      for (const call of asked) {
        const problem = await problemOf(call, subject);
        if (problem === 'unreachable') return [unseen(`${call.url} does not answer`)];
        if (problem !== undefined) refused.push(`${call.what} (${problem})`);
      }
      if (asked.length === 0) return [];
      return [
        refused.length === 0
          ? fits(`pages of ${settings.origin} may call ${asked.map(({ what }) => what).join(', ')}`)
          : trouble(refused, settings, role),
      ];
    },
  };
}

async function problemOf(
  { method, headers, url }: Omit<Call, 'url'> & { url: string },
  { probe, settings: { origin } }: Subject,
): Promise<string | undefined> {
  // A form needs no preflight. Without a client in it nothing comes of it, and nobody has failed to authenticate.
  const form = method === 'POST' && { body: new URLSearchParams({ grant_type: 'authorization_code' }) };
  const answer =
    headers.length === 0
      ? await probe(url, { method, headers: { origin }, ...form })
      : await preflight(probe, { url, method, headers, origin });
  if (!isAnswer(answer)) return 'unreachable';
  const allowed = answer.headers.get('access-control-allow-origin');
  if (allowed !== '*' && allowed !== origin) return allowed === null ? 'no Access-Control-Allow-Origin' : `allowed is ${allowed}`;
  // "*" does not stand for Authorization: Fetch standard, CORS-preflight fetch, step 7.
  const names = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
  const missing = headers.filter((each) => !names.includes(each));
  return missing.length === 0 ? undefined : `the header ${missing.join(', ')} is not allowed`;
}

function preflight(
  probe: Probe,
  { url, method, headers, origin }: { url: string; method: string; headers: string[]; origin: string },
): Promise<Answer | { url: string; reason: string }> {
  return probe(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers.join(','),
    },
  });
}

function trouble(refused: string[], { origin, originAsked }: Settings, role: Role): Observation {
  const what = {
    seen: `pages of ${origin} may not call ${refused.join(', ')}`,
    why: 'a browser keeps the answer from the script of a single-page application; a client on a server does not notice',
    mend:
      role === 'authorization-server'
        ? `allow ${origin} at the authorization server, for the endpoints and never for its pages (Keycloak: web origins of the client; oidc-provider: clientBasedCORS)`
        : `allow ${origin} and the header Authorization at the API; without cookies any origin may be allowed`,
    reference: 'OAuth 2.0 for Browser-Based Applications §6.3.2; Fetch standard, CORS protocol',
  };
  return originAsked ? wrong(what) : advice(what);
}
