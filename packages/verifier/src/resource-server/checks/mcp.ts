import { challengeParameter } from '../../challenge.ts';
import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { metadataAddress, readMetadata } from '../metadata.ts';
import { isOpen, mustRefuse, type ResourceServer } from '../subject.ts';
import { refusedAnyhow, schemeOfAll } from './presentation.ts';

/** A resource server that is an MCP server. */
export const mcp = [
  check<ResourceServer>('RS-MCP-01', 'the ways to its metadata', async (server) => {
    const scheme = schemeOfAll(server);
    const refused = await server.call({});
    mustRefuse(refused, 'RS-MCP-01', 'a request without credentials', scheme);
    const named = challengeParameter(refused, 'resource_metadata', scheme);
    const wellKnown = readMetadata(await server.http.ask({ url: metadataAddress(server.resource) }));
    if (named === undefined && wellKnown === undefined) failed('neither the challenge nor the well-known address lead to its metadata');
    if (named !== undefined) {
      require(URL.canParse(named), 'resource_metadata is no URL');
      require(readMetadata(await server.http.ask({ url: named })) !== undefined, 'there is no metadata where the challenge leads');
    }
  }),
  check<ResourceServer>('RS-MCP-02', 'the scopes in challenges', async (server) => {
    const { operation } = server;
    const { scope } = operation;
    if (scope === undefined) return notTried('nobody said which scope the operation needs');
    await server.works();
    const scheme = schemeOfAll(server);
    const told: (string | undefined)[] = [challengeParameter(await server.call({}), 'scope', scheme)];
    for (const token of (await server.tokens.withoutScope(scope)).slice(0, 2))
      told.push(challengeParameter(await server.call({ token }), 'scope', token.key ? 'DPoP' : 'Bearer'));
    for (const each of told) {
      if (each === undefined) return failed('a challenge does not name the scopes of the operation');
      require(scope
        .split(' ')
        .every((one) => each.split(' ').includes(one)), `a challenge does not name all of the operation’s scopes: it has ${each}`);
    }
    require(new Set(told).size === 1, `challenges of one operation name different scopes: ${told.join('; ')}`);
  }),
  check<ResourceServer>('RS-MCP-03', 'what 401 and 403 mean', async (server) => {
    const { scope } = server.operation;
    await server.works();
    const scheme = schemeOfAll(server);
    const bad = await server.call({ headers: { authorization: `${scheme} verifier` } });
    require(bad.status === 401, `a bad token was answered with ${bad.status}`);
    if (scope === undefined) return notTried('nobody said which scope the operation needs');
    for (const token of (await server.tokens.withoutScope(scope)).slice(0, 2)) {
      const answer = await server.call({ token });
      require(answer.status === 403, `a token that lacks scope was answered with ${answer.status}`);
    }
  }),
  check<ResourceServer>('RS-MCP-04', 'tokens for other servers', async (server) => {
    const token = await server.tokens.right();
    const others = await server.tokens.forOthers();
    await server.refuses(
      'RS-MCP-04',
      others.map(({ what, token: other }) => ({ what, call: { token: other } })),
      { token },
    );
  }),
  check<ResourceServer>('RS-MCP-05', 'a page of an origin that nobody has heard of', async (server) => {
    const token = await server.tokens.right();
    await server.works({ token });
    const answer = await server.call({ token, headers: { origin: 'https://rolecall-verifier.example' } });
    require(!isOpen(answer), 'a page of an origin that nobody has heard of may call it');
    require(answer.status === 403, `a page of an origin that nobody has heard of was answered with ${answer.status}`);
  }),
  check<ResourceServer>('RS-MCP-06', 'the handle of a session', async (server) => {
    const [first, second] = [await server.works(), await server.works()].map(({ headers }) => headers.get('mcp-session-id'));
    if (!first || !second) return notApplicable('it answers without a session (Mcp-Session-Id)');
    require(first !== second && first.length >= 16, 'handles of sessions can be guessed');
    mustRefuse(await server.call({ headers: { 'mcp-session-id': first } }), 'RS-MCP-06', 'a handle without a token', schemeOfAll(server));
    server.played('the token of another user');
    const other = await server.tokens.signed({ claims: { sub: 'rolecall-verifier-another-user' } });
    refusedAnyhow(await server.call({ token: other, headers: { 'mcp-session-id': first } }), 'another user’s handle');
  }),
];
