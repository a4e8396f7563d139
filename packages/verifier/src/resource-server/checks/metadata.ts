import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { metadataAddresses } from '../../authorization-server/documents.ts';
import { challengeParameter } from '../../challenge.ts';
import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { metadataAddress, readMetadata } from '../metadata.ts';
import type { ResourceServer } from '../subject.ts';
import { schemeOfAll } from './presentation.ts';

/** RFC 9728 §2: lists that say something, or are left out (§3.2). */
const LISTS = [
  'authorization_servers',
  'scopes_supported',
  'bearer_methods_supported',
  'resource_signing_alg_values_supported',
  'authorization_details_types_supported',
  'dpop_signing_alg_values_supported',
];
const ADDRESSES = ['jwks_uri', 'resource_documentation', 'resource_policy_uri', 'resource_tos_uri'];

const ask = ({ http, resource }: ResourceServer) => http.ask({ url: metadataAddress(resource) });

/** A resource that has no metadata promises none, unless it is an MCP server. */
function expectsMetadata({ profiles, metadata }: ResourceServer): void {
  if (metadata === undefined && !profiles.includes('mcp'))
    notApplicable('it has no metadata (RFC 9728), which only the profile mcp asks for');
}

/** What a resource says of itself (RFC 9728). */
export const metadata = [
  check<ResourceServer>('RS-PRM-01', 'the metadata, asked for by a stranger', async (server) => {
    expectsMetadata(server);
    const answer = await ask(server);
    require(answer.status === 200, `${answer.to} answered ${answer.status}`);
    require(/^application\/json\b/i.test(answer.headers.get('content-type') ?? ''), 'the metadata is not sent as application/json');
    answer.json();
  }),
  check<ResourceServer>('RS-PRM-02', 'which resource the metadata is about', (server) => {
    const { resource } = server.announced();
    require(resource !== undefined, 'the metadata has no resource');
    require(resource === server.resource, `the metadata at the address of ${server.resource} is about ${resource}`);
  }),
  check<ResourceServer>('RS-PRM-03', 'the authorization servers that it names', async (server) => {
    expectsMetadata(server);
    const { authorization_servers: servers = [] } = server.announced();
    require(servers.length > 0, 'the metadata names no authorization server');
    for (const issuer of servers) {
      require(URL.canParse(issuer), 'an authorization server is named by something that is no URL');
      const { oauth, openid } = metadataAddresses(issuer);
      const answers = [await server.http.ask({ url: oauth }), await server.http.ask({ url: openid })];
      const found = answers.find(({ status }) => status === 200);
      if (found === undefined) return failed(`${issuer} has no metadata`);
      require(found.json()['issuer'] === issuer, `the metadata of ${issuer} names another issuer`);
    }
  }),
  check<ResourceServer>('RS-PRM-04', 'where challenges lead', async (server) => {
    const scheme = schemeOfAll(server);
    const refusals = {
      'without credentials': await server.call({}),
      'for a bad token': await server.call({ headers: { authorization: `${scheme} verifier` } }),
    };
    const named = Object.values(refusals).map((answer) => challengeParameter(answer, 'resource_metadata', scheme));
    if (named.every((each) => each === undefined)) notApplicable('no challenge names the metadata, which RFC 9728 leaves open (§5)');
    for (const [when, answer] of Object.entries(refusals)) {
      const url = challengeParameter(answer, 'resource_metadata', scheme);
      if (url === undefined) return failed(`the challenge ${when} does not name the metadata, and another does`);
      require(URL.canParse(url), `resource_metadata is no URL in the challenge ${when}`);
      const found = readMetadata(await server.http.ask({ url }));
      if (found === undefined) return failed(`there is no metadata where the challenge ${when} leads`);
      const about = [server.operation.url, server.resource];
      require(found.resource !== undefined &&
        about.includes(found.resource), `the challenge ${when} leads to the metadata of ${found.resource}`);
    }
  }),
  check<ResourceServer>('RS-PRM-05', 'which scopes are listed', async (server) => {
    const { scopes_supported: scopes } = server.announced();
    require(scopes !== undefined, 'the metadata lists no scopes');
    require(!scopes.includes('offline_access'), 'the metadata lists offline_access');
    const told = challengeParameter(await server.call({}), 'scope', schemeOfAll(server));
    require(told?.split(' ').includes('offline_access') !== true, 'a challenge asks for offline_access');
  }),
  check<ResourceServer>('RS-PRM-06', 'what its lists and addresses say', async (server) => {
    const said = server.announced();
    for (const name of LISTS) {
      const value: unknown = (await ask(server)).json()[name];
      if (value === undefined) continue;
      require(Array.isArray(value) && value.every((each) => typeof each === 'string'), `${name} is no list of texts`);
      require(value.length > 0, `${name} is empty instead of left out`);
      require(!value.includes('none'), `${name} has none`);
    }
    for (const name of ADDRESSES) {
      const value = said[name];
      require(value === undefined || (typeof value === 'string' && URL.canParse(value)), `${name} is no URL`);
    }
    const { bearer_methods_supported: methods } = said;
    await server.works();
    require(methods === undefined || methods.includes('header'), 'bearer_methods_supported lacks the header, which it takes tokens from');
  }),
  check<ResourceServer>('RS-PRM-07', 'a resource that does not exist', async (server) => {
    server.announced();
    const { origin, pathname } = new URL(server.resource);
    const other = `${origin}${pathname === '/' ? '' : pathname}/no-such-resource-of-rolecall`;
    const found = readMetadata(await server.http.ask({ url: metadataAddress(other) }));
    // A page for people may answer any address; a document that is about something else, or about what does not exist, may not.
    require(found?.resource === undefined, `the address of a resource that does not exist has the metadata of ${found?.resource}`);
  }),
  check<ResourceServer>('RS-PRM-08', 'the signed form', async (server) => {
    const { signed_metadata: signed, jwks_uri: address } = server.announced();
    if (signed === undefined) return notApplicable('its metadata has no signed form');
    try {
      require(typeof decodeJwt(signed).iss === 'string', 'the signed form does not say who vouches for it (iss)');
    } catch {
      failed('the signed form is no JWT');
    }
    if (address === undefined) return notTried('the metadata names no keys with which the signed form could be verified');
    try {
      const { payload } = await jwtVerify(signed, createRemoteJWKSet(new URL(address)));
      require(payload['resource'] === server.resource, 'the signed form is about another resource');
    } catch (error) {
      failed(`the signed form does not verify with the keys of the metadata: ${(error as Error).message}`);
    }
  }),
];
