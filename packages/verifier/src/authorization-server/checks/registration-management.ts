import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import type { Answer } from '../../http.ts';
import { errorOf, judge } from '../../judge.ts';
import type { RegisteredClient } from '../clients.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';

/** What only the server decides (RFC 7592 §2.2). */
const SERVERS_OWN = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at'];

/** Management of registrations (RFC 7592). Each check has a client of its own. */
export const registrationManagement = [
  check<AuthorizationServer>('AS-MGMT-01', 'a client reads its registration', async (server) => {
    const managed = await newManaged(server);
    const answer = await manage(server, managed, 'GET');
    judge(answer, 'AS-MGMT-01');
    require(answer.json()['client_id'] === managed.client.client_id, 'it is told of another client');
  }),
  check<AuthorizationServer>('AS-MGMT-02', 'a client changes its name', async (server) => {
    const managed = await newManaged(server);
    const answer = await change(server, managed, { client_name: 'Another name' });
    judge(answer, 'AS-MGMT-02');
    require(answer.json()['client_name'] === 'Another name', 'the answer has not the new name');
  }),
  check<AuthorizationServer>('AS-MGMT-03', 'a change that names another client', async (server) => {
    const managed = await newManaged(server);
    judge(await change(server, managed, { client_name: 'Another name', client_id: unguessable() }), 'AS-MGMT-03');
    await requireUnchanged(server, managed);
  }),
  check<AuthorizationServer>('AS-MGMT-03', 'a change that names another secret', async (server) => {
    const managed = await newManaged(server);
    judge(await change(server, managed, { client_name: 'Another name', client_secret: unguessable() }), 'AS-MGMT-03');
    await requireUnchanged(server, managed);
  }),
  check<AuthorizationServer>('AS-MGMT-04', 'a client deletes itself', async (server) => {
    const managed = await newManaged(server);
    const answer = await manage(server, managed, 'DELETE');
    if (answer.status === 405) notApplicable('clients are not deleted here');
    require(answer.status === 204, `it answered ${answer.status}`);
    const { status } = await manage(server, managed, 'GET');
    require(status === 401, `its management token is answered with ${status} afterwards`);
    const asking = await server.token(managed.client, { grant_type: 'authorization_code', code: unguessable() });
    require(errorOf(asking) ===
      'invalid_client', `the client is still known at the token endpoint: ${asking.status} ${errorOf(asking) ?? ''}`);
  }),
  check<AuthorizationServer>('AS-MGMT-05', 'a wrong management token, and none', async (server) => {
    const managed = await newManaged(server);
    judge(await manage(server, { ...managed, token: unguessable() }, 'GET'), 'AS-MGMT-05');
    const { status } = await server.http.ask({ url: managed.url });
    require(status >= 400 && status < 500, `it answered ${status} to nobody`);
  }),
  check<AuthorizationServer>('AS-MGMT-05', 'another client’s management token', async (server) => {
    const managed = await newManaged(server);
    const { token } = await newManaged(server);
    judge(await manage(server, { ...managed, token }, 'GET'), 'AS-MGMT-05');
    judge(await manage(server, managed, 'GET'), 'AS-MGMT-01');
  }),
];

interface Managed {
  client: RegisteredClient;
  url: string;
  token: string;
}

/** @throws Finding (`not applicable`) where a registration comes without a way to manage it. */
async function newManaged(server: AuthorizationServer): Promise<Managed> {
  server.endpoint('registration_endpoint');
  const client = await server.clients.another('web');
  const { registration_client_uri: url, registration_access_token: token } = client.information;
  if (typeof url !== 'string' || typeof token !== 'string') return notApplicable('registrations come without registration_client_uri');
  return { client, url, token };
}

async function manage(server: AuthorizationServer, managed: Managed, method: string, json?: unknown): Promise<Answer> {
  const { url, token } = managed;
  const answer = await server.http.ask({ method, url, headers: { authorization: `Bearer ${token}` }, ...(json !== undefined && { json }) });
  if (answer.status === 200) {
    const told = answer.json();
    server.clients.note(told);
    // The token may be another from now on (RFC 7592 §3).
    if (typeof told['registration_access_token'] === 'string') managed.token = told['registration_access_token'];
  }
  return answer;
}

/** Everything as it is registered, but for the changes. */
function change(server: AuthorizationServer, managed: Managed, changes: Record<string, unknown>): Promise<Answer> {
  const own = Object.fromEntries(Object.entries(managed.client.information).filter(([name]) => !SERVERS_OWN.includes(name)));
  return manage(server, managed, 'PUT', { ...own, ...changes });
}

async function requireUnchanged(server: AuthorizationServer, managed: Managed): Promise<void> {
  const answer = await manage(server, managed, 'GET');
  judge(answer, 'AS-MGMT-01');
  require(answer.json()['client_name'] !== 'Another name', 'the refused change was made in part');
}
