import { challengeParameter, parseChallenges } from '../../challenge.ts';
import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import type { Answer } from '../../http.ts';
import { isOpen, mustRefuse, type ResourceServer } from '../subject.ts';
import { schemeOfAll } from './presentation.ts';

/** RFC 6750 §3: what the values of a challenge may be made of. */
const VALUES: Readonly<Record<string, RegExp>> = {
  error: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  error_description: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  scope: /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
};

const badToken = (server: ResourceServer) => server.call({ headers: { authorization: `${schemeOfAll(server)} verifier` } });

/** How a request is refused (RFC 6750 §3). */
export const refusal = [
  check<ResourceServer>('RS-TOK-06', 'a token without the scope', async (server) => {
    const { operation } = server;
    if (operation.scope === undefined) return notTried('nobody said which scope the operation needs');
    if (server.tokens.played === undefined && server.target.otherScope === undefined && server.target.otherOperation)
      notApplicable('the token for one operation, at another, shows it');
    await server.works();
    for (const token of await server.tokens.withoutScope(operation.scope))
      refusedForScope(await server.call({ token }), operation.scope, token.key ? 'DPoP' : 'Bearer');
  }),
  check<ResourceServer>('RS-TOK-06', 'the scope of one operation at another', async (server) => {
    const { operation, target } = server;
    const { otherOperation } = target;
    if (otherOperation === undefined || operation.scope === undefined)
      return notApplicable('nobody named a second operation (otherOperation) that needs another scope than the first');
    const token = await server.tokens.withScope(operation.scope);
    await server.works({ token });
    refusedForScope(await server.call({ operation: otherOperation, token }), otherOperation.scope, token.key ? 'DPoP' : 'Bearer');
  }),
  check<ResourceServer>('RS-TOK-07', 'a wider scope', async (server) => {
    const { widerScopes = [] } = server.operation;
    if (widerScopes.length === 0) notApplicable('nobody said that a wider scope is enough for the operation (widerScopes)');
    for (const scope of widerScopes) {
      const answer = await server.call({ token: await server.tokens.withScope(scope) });
      require(isOpen(answer), `the wider scope ${scope} was not enough: ${answer.to} answered ${answer.status}`);
    }
  }),
  check<ResourceServer>('RS-TOK-08', 'challenges, read letter by letter', async (server) => {
    await server.works();
    readable(await server.call({}), 'without credentials');
    readable(await badToken(server), 'for a bad token');
  }),
  check<ResourceServer>('RS-TOK-11', 'what may be stored of an answer', async (server) => {
    const answer = await server.works();
    const directives = (answer.headers.get('cache-control') ?? '').toLowerCase().split(/\s*,\s*/);
    const open = directives.find((each) => each === 'public' || each.startsWith('s-maxage'));
    require(open === undefined ||
      directives.includes('no-store'), `what a token has opened may be stored by anybody: cache-control has ${open}`);
    for (const [what, refused] of [
      ['without credentials', await server.call({})],
      ['with a bad token', await badToken(server)],
    ] as const)
      require(answer.body === '' || refused.body !== answer.body, `a request ${what} was answered with what a token opens`);
  }),
  check<ResourceServer>('RS-TOK-12', 'a page of another origin', async (server) => {
    const { method = 'GET', url } = server.operation;
    const origin = 'https://application.example';
    await server.works();
    const answer = await server.call({ token: await server.tokens.right(), headers: { origin } });
    if (!isOpen(answer)) notApplicable('it lets no page of another origin call');
    const preflight = await server.http.ask({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    });
    if (![answer, preflight].some(({ headers }) => headers.has('access-control-allow-origin')))
      notApplicable('it lets no page of another origin call');
    require([200, 204].includes(preflight.status), `the preflight of an origin that may call was answered with ${preflight.status}`);
    require(preflight.headers.has('access-control-allow-origin'), 'the preflight does not let an origin call that may read the answer');
    const allowed = (preflight.headers.get('access-control-allow-headers') ?? '').toLowerCase();
    // A wildcard does not stand for this header (Fetch, CORS protocol).
    require(allowed.split(/\s*,\s*/).includes('authorization'), 'the preflight does not let a page send Authorization');
    const refused = await server.call({ headers: { origin } });
    require(refused.headers.has(
      'access-control-allow-origin',
    ), 'a page cannot read that it was refused: the refusal lets no origin read it');
    if (refused.headers.has('dpop-nonce') || answer.headers.has('dpop-nonce')) {
      const exposed = (answer.headers.get('access-control-expose-headers') ?? '').toLowerCase();
      require(/\bdpop-nonce\b|\*/.test(exposed), 'a page cannot read DPoP-Nonce');
    }
  }),
];

function refusedForScope(answer: Answer, needed: string | undefined, scheme: 'Bearer' | 'DPoP'): void {
  mustRefuse(answer, 'RS-TOK-06', 'a token that lacks scope', scheme);
  const told = challengeParameter(answer, 'scope', scheme);
  if (told === undefined || needed === undefined) return;
  const missing = needed.split(' ').filter((each) => !told.split(' ').includes(each));
  require(missing.length === 0, `the challenge does not name the scope that is needed: ${missing.join(' ')}`);
}

function readable({ headers, to }: Answer, when: string): void {
  const header = headers.get('www-authenticate');
  if (header === null) return failed(`${to} sent no challenge ${when}`);
  try {
    for (const { scheme, parameters } of parseChallenges(header)) {
      const names = parameters.map(([name]) => name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) throw new Error(`${scheme} has ${twice} twice`);
      for (const [name, value] of parameters)
        if (VALUES[name]?.test(value) === false) throw new Error(`${name} has characters that it must not have`);
    }
  } catch (error) {
    failed(`the challenge ${when} cannot be read: ${(error as Error).message}`);
  }
}
