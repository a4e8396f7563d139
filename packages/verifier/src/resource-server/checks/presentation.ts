import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { judge } from '../../judge.ts';
import { isOpen, mustRefuse, type ResourceServer, withText } from '../subject.ts';
import type { Token } from '../tokens/tokens.ts';

/** Some look like JWTs, of which some hold what is no object. */
const NO_TOKENS = [
  ...['abc', 'a.b', 'a.b.c', '..', 'eyJhbGciOiJSUzI1NiJ9..', 'bnVsbA.bnVsbA.bnVsbA', 'W10.W10.W10', 'a.b.c.d.e', '='],
  'x'.repeat(2_000),
];

/** How a token is presented (RFC 6750 §2, OAuth 2.1 §5.1). */
export const presentation = [
  check<ResourceServer>('RS-TOK-01', 'a right token in the header', async (server) => {
    const answer = await server.call({ token: await server.tokens.right() });
    require(isOpen(
      answer,
    ), `a right token does not open ${answer.to}: it answered ${answer.status} ${answer.headers.get('www-authenticate') ?? ''}`);
  }),
  check<ResourceServer>('RS-TOK-01', 'the scheme in any letter case', async (server) => {
    const token = await server.tokens.right();
    await server.works({ token });
    const scheme = token.key ? 'DPoP' : 'Bearer';
    for (const written of [scheme.toLowerCase(), scheme.toUpperCase()]) {
      const { status, to } = await server.call({ token, scheme: written });
      require(status >= 200 && status < 300, `the scheme written as ${written} was not understood: ${to} answered ${status}`);
    }
  }),
  check<ResourceServer>('RS-TOK-02', 'no credentials', async (server) => {
    await server.works();
    mustRefuse(await server.call({}), 'RS-TOK-02', 'a request without credentials', schemeOfAll(server));
  }),
  check<ResourceServer>('RS-TOK-02', 'a scheme that nobody knows', async (server) => {
    await server.works();
    const answer = await server.call({ headers: { authorization: 'Rolecall verifier' } });
    require(answer.status === 401, `a scheme that nobody knows was answered with ${answer.status}`);
    require(answer.headers.has('www-authenticate'), 'a scheme that nobody knows was answered without a challenge');
  }),
  check<ResourceServer>('RS-TOK-03', 'a token in the query', async (server) => {
    const token = await server.tokens.right();
    await server.works({ token });
    refusedAnyhow(await inQuery(server, token), 'a token in the query');
  }),
  check<ResourceServer>('RS-TOK-04', 'a token in the header and one in the query', async (server) => {
    const token = await server.tokens.right();
    await server.works({ token });
    const answer = await inQuery(server, token, { token });
    if (!isOpen(answer)) return refusedAnyhow(answer, 'a request with a token in two ways');
    // Where a token in the query is no more than a parameter that nobody knows, there is one way only.
    if (!isOpen(await inQuery(server, token))) notApplicable('a token in the query is none for it');
    failed('a token in the query opens it, and so does one beside another in the header');
  }),
  check<ResourceServer>('RS-TOK-04', 'two Authorization headers', async (server) => {
    const token = await server.tokens.right();
    await server.works({ token });
    const good = `${token.key ? 'DPoP' : 'Bearer'} ${token.text}`;
    let opened = 0;
    for (const authorization of [
      [good, 'Bearer verifier'],
      ['Bearer verifier', good],
    ]) {
      const answer = await server.call({ token, headers: { authorization } });
      if (isOpen(answer)) opened += 1;
      else refusedAnyhow(answer, 'a request with two Authorization headers');
    }
    require(opened < 2, 'of two Authorization headers either one opens it, wherever it stands');
    if (opened === 1) notApplicable('of two Authorization headers it sees only one');
  }),
  check<ResourceServer>('RS-TOK-09', 'a token in a form', async (server) => {
    const { operation, metadata } = server;
    const announced = metadata?.bearer_methods_supported?.includes('body') === true;
    if (!announced && operation.method !== 'POST') notApplicable('tokens in a form are not announced, and the operation takes no form');
    const token = await server.tokens.right();
    await server.works({ token });
    if (token.key) notApplicable('bound tokens are presented in the header only');
    const ask = (method: string, type: string, body: string) =>
      server.call({ operation: { method, url: operation.url, headers: { 'content-type': type }, body } });
    const form = `access_token=${encodeURIComponent(token.text)}`;
    const posted = await ask('POST', 'application/x-www-form-urlencoded', form);
    if (announced) require(posted.status !== 401, 'the metadata announces tokens in a form, and one there counts for nothing');
    else
      require(!isOpen(posted) ||
        metadata?.bearer_methods_supported === undefined, 'a token in a form opens it, which the metadata does not announce');
    const otherwise = await ask('POST', 'application/json', JSON.stringify({ access_token: token.text }));
    require(!isOpen(otherwise), 'a token in a JSON body opens it');
  }),
  check<ResourceServer>('RS-TOK-10', 'a request without a token after one with a token', async (server) => {
    const judged = async (headers: Record<string, string>, what: string) => refusedAnyhow(await server.call({ headers }), what);
    const answer = await server.http.overConnections(1, async () => {
      const opened = await server.works();
      await judged({}, 'a request without a token on the connection of one with a token');
      return opened;
    });
    const cookies = answer.headers.getSetCookie().map((each) => each.split(';', 1)[0] ?? '');
    if (cookies.length > 0) await judged({ cookie: cookies.join('; ') }, 'a request with nothing but the cookie of one with a token');
  }),
  check<ResourceServer>('RS-TOK-05', 'a scheme without a token', (server) => {
    const scheme = schemeOfAll(server);
    return server.refuses('RS-TOK-05', [
      { what: `the scheme ${scheme} without a token`, call: { scheme, headers: { authorization: scheme } } },
    ]);
  }),
  check<ResourceServer>('RS-TOK-05', 'text that is no token', async (server) => {
    const token = await server.tokens.right();
    const attempts = NO_TOKENS.map((text) => ({ what: `the text ${text.slice(0, 24)}`, call: { token: withText(token, text) } }));
    await server.refuses('RS-TOK-05', attempts, { token });
  }),
  check<ResourceServer>('RS-TOK-05', 'a token that was revoked', async (server) => {
    const token = await server.tokens.fresh();
    await server.works({ token });
    if (token.text.split('.').length === 3)
      notApplicable('its access tokens are JWTs: that one has been revoked is not written in it, and how it is told is not standardised');
    await server.tokens.revoke(token);
    const answer = await server.call({ token });
    if (isOpen(answer)) notTried('it still used an earlier answer of introspection: RS-INT-03 waits for its end');
    judge(answer, 'RS-TOK-05', { scheme: schemeOfAll(server) });
  }),
];

/** What everybody is challenged with, where only bound tokens are taken: DPoP. */
export const schemeOfAll = ({ metadata }: ResourceServer): 'Bearer' | 'DPoP' =>
  metadata?.dpop_bound_access_tokens_required === true ? 'DPoP' : 'Bearer';

function inQuery(server: ResourceServer, token: Token, call: { token?: Token } = {}) {
  const { operation } = server;
  const url = `${operation.url}${operation.url.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token.text)}`;
  return server.call({ ...call, operation: { ...operation, url } });
}

/** Nobody says with which of the refusals. */
export function refusedAnyhow({ status, to }: { status: number; to: string }, what: string): void {
  if (status >= 200 && status < 300) failed(`${what} opened ${to} (${status})`);
  if (status < 400 || status >= 500) failed(`${what} was answered with ${status} instead of a refusal`);
}
