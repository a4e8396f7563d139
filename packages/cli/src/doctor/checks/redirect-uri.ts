import type { Check } from '../check.ts';
import { fits, type Observation, unseen, wrong } from '../finding.ts';
import { type Answer, isAnswer, locationOf } from '../probe.ts';
import { titleOf } from '../sign-in-link.ts';
import { errorOf } from '../try-redirect-uri.ts';

/** Whether the authorization server knows the client, and would send people back to it. */
export const redirectUri: Check = {
  name: 'redirect URI',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ settings, authorization }) => {
    const tried = await authorization();
    if ('notAsked' in tried) return [unseen(tried.notAsked)];
    const { clientId, answer } = tried;
    if (!isAnswer(answer))
      return [
        wrong({
          seen: `the authorization endpoint: ${answer.reason}`,
          why: 'it is where the client sends people to log in',
          mend: 'the authorization server must be reachable for browsers at the address that its metadata names',
          reference: 'RFC 6749 §3.1',
        }),
      ];
    return [judge(clientId, settings.redirectUri, answer)];
  },
};

function judge(clientId: string, uri: string, answer: Answer): Observation {
  const location = locationOf(answer);
  const error = location === undefined ? undefined : errorOf(Object.fromEntries(location.searchParams));
  if (location !== undefined && error !== undefined && location.href.startsWith(uri)) return refused(clientId, error);
  if ((answer.status === 200 || location !== undefined) && error === undefined)
    return fits(`${uri} is registered for ${clientId}: the answer is ${location === undefined ? 'a page' : 'the way'} to log in`);
  if (answer.status >= 500 || answer.status === 429) return unseen(`the authorization endpoint answers with status ${answer.status}`);
  const said = location === undefined ? titleOf(answer) : error;
  return wrong({
    seen: `${clientId} with ${uri} gets an error page (status ${answer.status}${said ? `: ${said}` : ''})`,
    why: 'codes go only to addresses that were registered for the client, letter by letter, or anybody could have them sent to themselves',
    mend: `register ${uri} for ${clientId} at the authorization server (ours: npx rolecall clients update ${clientId} --redirect-uri ${uri}, or BASE_URL, which the seeds follow), or correct CLIENT_ID and BASE_URL of the client`,
    reference: 'RFC 6749 §3.1.2.4; RFC 9700 §2.1',
  });
}

const MENDS: Record<string, string> = {
  invalid_scope:
    'let the client ask for the scopes of the API at the authorization server (ours: npx rolecall clients update … --scope; Keycloak: client scopes)',
  invalid_target:
    'make the API known to the authorization server as a resource, under the very identifier (ours: npx rolecall resources create, or RESOURCE, which the seeds follow)',
  unauthorized_client: 'allow the client the authorization code flow (ours: --grant-type authorization_code; Keycloak: standard flow)',
  unsupported_response_type: 'switch the authorization code flow on at the authorization server',
  invalid_request:
    'where it wants pushed authorization requests, let the client push them (ours: CLIENT_PAR=true); else its log says what it misses',
};

function refused(clientId: string, error: string): Observation {
  return wrong({
    seen: `the redirect URI is registered, but the request of ${clientId} is refused: ${error}`,
    why: 'nobody gets as far as the login page',
    mend: MENDS[error] ?? "look into the authorization server's log",
    reference: 'RFC 6749 §4.1.2.1; RFC 8707 §2',
  });
}
