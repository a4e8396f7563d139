import { check } from '../../check.ts';
import { notTried, notApplicable, require } from '../../finding.ts';
import { judge, responseParameter } from '../../judge.ts';
import { newDpopKey, withProof } from '../dpop.ts';
import { factsOf } from '../facts.ts';
import { metadataAddresses } from '../documents.ts';
import { type AuthorizationServer, tokensFrom } from '../subject.ts';

const LOOPBACK = 'http://127.0.0.1:53682/callback';

/** What MCP needs of an authorization server. The rotation of refresh tokens and bound tokens are tried with those. */
export const mcp = [
  check<AuthorizationServer>('AS-MCP-01', 'the metadata where MCP clients look', async (server) => {
    const { oauth, openid } = metadataAddresses(server.issuer);
    const first = await server.http.ask({ url: oauth });
    const found = first.status === 200 ? first : await server.http.ask({ url: openid });
    judge(found, 'AS-MCP-01');
    require(found.json()['issuer'] === server.issuer, 'its issuer is not the one that was asked for');
  }),
  check<AuthorizationServer>('AS-MCP-02', 'the endpoints, the code and S256', ({ metadata }) => {
    require(metadata.authorization_endpoint !== undefined && metadata.token_endpoint !== undefined, 'an endpoint is missing');
    require(metadata.response_types_supported?.includes('code'), 'response_types_supported does not have code');
    require(metadata.code_challenge_methods_supported?.includes('S256'), 'code_challenge_methods_supported does not have S256');
  }),
  check<AuthorizationServer>('AS-MCP-03', 'client metadata documents', ({ metadata }) => {
    require(metadata.client_id_metadata_document_supported === true, 'client_id_metadata_document_supported is not announced');
  }),
  check<AuthorizationServer>('AS-MCP-04', '`iss` in the response', async (server) => {
    require(server.metadata.authorization_response_iss_parameter_supported === true, 'it is not announced');
    const { response } = await server.code(await server.client('public'));
    require(responseParameter({ location: response }, 'iss') === server.metadata.issuer, '`iss` is not the issuer');
  }),
  check<AuthorizationServer>('AS-MCP-05', 'the code flow at a loopback address', async (server) => {
    const client = await server.clients.another('public', { application_type: 'native', redirect_uris: [LOOPBACK] });
    await server.tokens(client);
  }),
  check<AuthorizationServer>('AS-MCP-06', 'the resource as the audience, and an unknown one', async (server) => {
    const resource = server.resource ?? notTried('it takes a resource that the server knows: name it (resource)');
    const client = await server.client('public');
    const { aud } = await factsOf(server, await server.tokens(client));
    require([aud ?? []].flat().includes(resource), 'the resource is not the audience of the token');
    judge((await server.approve(client, { resource: 'https://verifier.example/unknown' })).answer, 'AS-MCP-06');
  }),
  check<AuthorizationServer>('AS-MCP-07', 'how long an access token lives', async (server) => {
    const { expires_in: seconds } = (await server.tokens(await server.client('public'))).response;
    if (seconds === undefined) notTried('the token response does not say it');
    require(Number(seconds) <= 86_400, `an access token lives ${Number(seconds)} seconds`);
  }),
  check<AuthorizationServer>('AS-MCP-08', 'an address that is not registered, and what the consent page shows', async (server) => {
    const client = await server.clients.another('public');
    const { pages } = await server.approve(client);
    const { host } = new URL(client.redirect_uris[0] ?? '');
    require(pages.length === 0 || pages.some((page) => page.includes(host)), 'no page shows the host to which the user goes');
    judge(await server.request(client, { redirect_uri: `${client.redirect_uris[0]}/more` }), 'AS-MCP-08');
  }),
  check<AuthorizationServer>('AS-MCP-09', 'bound tokens', async (server) => {
    if (server.metadata.dpop_signing_alg_values_supported === undefined)
      notApplicable('the metadata announces no dpop_signing_alg_values_supported');
    const client = await server.client('public');
    const key = await newDpopKey(server);
    const issued = await server.code(client);
    const answer = await withProof(key, { method: 'POST', url: server.endpoint('token_endpoint') }, (headers) =>
      server.redeem(issued, {}, { headers }),
    );
    const { cnf } = await factsOf(server, tokensFrom(answer, client));
    require(JSON.stringify(cnf ?? null).includes(key.thumbprint), 'the token is not bound to the key');
  }),
];
