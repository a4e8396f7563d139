import { check } from '../../check.ts';
import { failed, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { errorOf, judge, seen } from '../../judge.ts';
import { DEVICE_GRANT } from '../client-metadata.ts';
import { type AuthorizationServer, tokensFrom, unguessable } from '../subject.ts';
import type { KnownClient } from '../target.ts';

/** The device authorization grant (RFC 8628). Each device code is asked about once, as soon as something is decided: nobody has to wait. */
export const deviceGrant = [
  check<AuthorizationServer>('AS-DEV-01', 'a device asks for codes', async (server) => {
    const { answer } = await newDevice(server);
    judge(answer, 'AS-DEV-01');
    const { expires_in, interval = 5 } = answer.json();
    require(typeof expires_in === 'number' && expires_in > 0, 'expires_in is no number of seconds');
    require(typeof interval === 'number' && interval > 0, 'interval is no number of seconds');
  }),
  check<AuthorizationServer>('AS-DEV-02', 'a client that nobody knows', async (server) => {
    await newDevice(server);
    judge(await askForCodes(server, { client_id: unguessable(), token_endpoint_auth_method: 'none', redirect_uris: [] }), 'AS-DEV-02');
  }),
  check<AuthorizationServer>('AS-DEV-02', 'a client without this grant', async (server) => {
    await newDevice(server);
    judge(await askForCodes(server, await server.client('public')), 'AS-DEV-02');
  }),
  check<AuthorizationServer>('AS-DEV-03', 'before the user has decided, twice at once', async (server) => {
    const device = await newDevice(server);
    const first = await poll(server, device);
    require(errorOf(first) ===
      'authorization_pending', `it answered ${first.status} ${errorOf(first) ?? ''} instead of authorization_pending`);
    judge(await poll(server, device), 'AS-DEV-03');
  }),
  check<AuthorizationServer>('AS-DEV-04', 'the user says no', async (server) => {
    const device = await newDevice(server);
    await decide(server, device, 'deny');
    judge(await poll(server, device), 'AS-DEV-04');
  }),
  check<AuthorizationServer>('AS-DEV-05', 'the user says yes, and the code comes twice', async (server) => {
    const device = await newDevice(server);
    await decide(server, device);
    tokensFrom(await poll(server, device), device.client);
    const { status } = await poll(server, device);
    require(status >= 400, 'the device code gave tokens twice');
  }),
  check<AuthorizationServer>('AS-DEV-05', 'another client’s device code', async (server) => {
    const device = await newDevice(server);
    await decide(server, device);
    const client = await server.clients.another('device');
    const answer = await poll(server, { ...device, client });
    require(answer.status === 400 &&
      errorOf(answer) === 'invalid_grant', `another client was answered with ${answer.status} ${errorOf(answer) ?? ''}`);
  }),
  check<AuthorizationServer>('AS-DEV-06', 'a page for the user, where the code is typed', async (server) => {
    const device = await newDevice(server);
    await server.person().forget();
    const { pages, loggedIn, answer } = await decide(server, device);
    require(pages.length > 1 && loggedIn, 'nobody had to log in');
    require(answer.status < 400, `the pages ended with ${answer.status}`);
    tokensFrom(await poll(server, device), device.client);
  }),
  check<AuthorizationServer>('AS-DEV-06', 'the link with the code in it is only opened', async (server) => {
    const device = await newDevice(server);
    const { verification_uri_complete: link } = device.answer.json();
    if (typeof link !== 'string') return;
    const { status } = await server.http.ask({ url: link, headers: { accept: 'text/html' } });
    require(status < 400, `the link is answered with ${status}`);
    require(errorOf(await poll(server, device)) === 'authorization_pending', 'the link alone has decided');
  }),
  check<AuthorizationServer>('AS-DEV-07', 'a user code that was refused is allowed afterwards', async (server) => {
    const device = await newDevice(server);
    await decide(server, device, 'deny');
    await decide(server, device, 'allow');
    require((await poll(server, device)).status >= 400, 'a user code that was used up has given tokens');
  }),
  check<AuthorizationServer>('AS-DEV-08', 'the grant is not there', async (server) => {
    require(server.metadata.grant_types_supported?.includes(DEVICE_GRANT) !== true, 'grant_types_supported has the device grant');
    judge(await server.token(await server.client('web'), { grant_type: DEVICE_GRANT, device_code: unguessable() }), 'AS-DEV-08');
  }),
];

interface Device {
  client: KnownClient;
  answer: Answer;
  deviceCode: string;
  userCode: string;
  verificationUri: string;
}

function askForCodes(server: AuthorizationServer, client: KnownClient, changes: Fields = {}): Promise<Answer> {
  const form = { scope: client.scope ?? server.scope, resource: server.resource, ...changes };
  return server.asClient(client, server.endpoint('device_authorization_endpoint'), form);
}

/** @throws Finding (`failed`) where a right request brings no codes. */
async function newDevice(server: AuthorizationServer): Promise<Device> {
  server.endpoint('device_authorization_endpoint');
  const client = await server.client('device');
  const answer = await askForCodes(server, client);
  if (answer.status !== 200) return failed(`a right request was answered with ${seen(answer)}`);
  const { device_code, user_code, verification_uri } = answer.json();
  if (typeof device_code !== 'string' || typeof user_code !== 'string' || typeof verification_uri !== 'string')
    return failed('device_code, user_code or verification_uri is missing');
  return { client, answer, deviceCode: device_code, userCode: user_code, verificationUri: verification_uri };
}

const decide = (server: AuthorizationServer, { verificationUri, userCode }: Device, decision: 'allow' | 'deny' = 'allow') =>
  server.person().visit(verificationUri, { userCode, decision });

const poll = (server: AuthorizationServer, { client, deviceCode }: Device): Promise<Answer> =>
  server.token(client, { grant_type: DEVICE_GRANT, device_code: deviceCode, resource: server.resource });
