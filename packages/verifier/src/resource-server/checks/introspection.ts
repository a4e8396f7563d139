import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { until } from '../../until.ts';
import type { Misbehaviour, PlayedIssuer } from '../played-issuer/played-issuer.ts';
import { INTROSPECTION_TYP } from '../played-issuer/introspection.ts';
import { otherScopes } from '../tokens/other-scopes.ts';
import { type Attempt, isOpen, mustRefuse, type ResourceServer } from '../subject.ts';

const now = (): number => Math.floor(Date.now() / 1000);

/** The issuer, where the server asks it about tokens that it cannot read. */
async function asks(server: ResourceServer): Promise<PlayedIssuer> {
  const issuer = server.played('a token that introspection tells of');
  const token = await server.tokens.opaque();
  const before = issuer.asked('introspection');
  const answer = await server.call({ token });
  if (issuer.asked('introspection') === before) notApplicable('it asks nobody about a token that it cannot read');
  require(isOpen(answer), `a token that introspection calls active does not open ${answer.to}: it answered ${answer.status}`);
  return issuer;
}

/** What is wrong with answers that come as a JWT (RFC 9701 §5). */
const wrongAnswers: Readonly<Record<string, { header?: Record<string, unknown>; claims?: Record<string, unknown> }>> = {
  'an answer for another resource server': { claims: { aud: 'another-resource-server' } },
  'an answer of another issuer': { claims: { iss: 'https://another-issuer.example' } },
  'an answer of another type': { header: { typ: 'JWT' } },
};

const troubles: Readonly<Record<string, Misbehaviour>> = {
  'an error': { status: 500, body: JSON.stringify({ active: true }) },
  'a refusal of its credentials': { status: 401, body: JSON.stringify({ active: true }) },
  'text that is no JSON': { status: 200, type: 'text/html', body: '<html>active: true</html>' },
  'an object that says nothing': { status: 200, body: '{}' },
  'the word "true" where a truth value belongs': { status: 200, body: JSON.stringify({ active: 'false' }) },
  null: { status: 200, body: 'null' },
};

/** Tokens that only the issuer can tell anything of (RFC 7662). */
export const introspection = [
  check<ResourceServer>('RS-INT-01', 'an inactive token, and who asks about it', async (server) => {
    const issuer = await asks(server);
    const right = await server.tokens.opaque();
    const inactive = await server.tokens.opaque({ active: false });
    await server.refuses('RS-INT-01', [{ what: 'a token that introspection calls inactive', call: { token: inactive } }], { token: right });
    const question = issuer.questions.find(({ token }) => token === inactive.text);
    if (question === undefined) return failed('it did not ask about each of two tokens');
    require(question.authenticated, 'it asks about tokens without saying who it is');
  }),
  check<ResourceServer>('RS-INT-01', 'introspection that does not work', async (server) => {
    const issuer = await asks(server);
    const opens: string[] = [];
    try {
      for (const [what, trouble] of Object.entries(troubles)) {
        issuer.behave('introspection', trouble);
        const token = await server.tokens.opaque();
        const answer = await until(async () => {
          const before = issuer.asked('introspection');
          const each = await server.call({ token });
          return issuer.asked('introspection') > before || isOpen(each) ? each : undefined;
        }, 5_000);
        if (answer && isOpen(answer)) opens.push(what);
      }
    } finally {
      issuer.behave('introspection');
      await until(async () => (isOpen(await server.call({ token: await server.tokens.opaque() })) ? true : undefined), 10_000);
    }
    require(opens.length === 0, `a token opens it when the answer about it is ${opens.join(', or ')}`);
  }),
  check<ResourceServer>('RS-INT-02', 'active tokens that are not for here, or not for now', async (server) => {
    await asks(server);
    const { tokens } = server;
    const attempts: Attempt[] = [
      { what: 'an active token for another resource', call: { token: await tokens.opaque({ aud: 'https://another.example/api' }) } },
      {
        what: 'an active token for a resource whose name begins alike',
        call: { token: await tokens.opaque({ aud: `${server.resource}.evil.example` }) },
      },
      { what: 'an active token past its end', call: { token: await tokens.opaque({ iat: now() - 7_200, exp: now() - 3_600 }) } },
    ];
    await server.refuses('RS-INT-02', attempts, { token: await tokens.opaque() });
    for (const scope of server.operation.scope === undefined ? [] : otherScopes(server.operation.scope)) {
      const token = await tokens.opaque({ scope });
      mustRefuse(await server.call({ token }), 'RS-INT-02', 'an active token that lacks scope', token.key ? 'DPoP' : 'Bearer');
    }
  }),
  check<ResourceServer>('RS-INT-03', 'a token that was revoked after it was used', async (server) => {
    const issuer = await asks(server);
    const token = await server.tokens.opaque();
    await server.works({ token });
    await server.tokens.revoke(token);
    const { introspectionCache, patience } = server.target;
    const wait = introspectionCache === undefined ? server.patience : introspectionCache * 1_000 + 1_000;
    const before = issuer.asked('introspection');
    const refused = await until(async () => {
      const answer = await server.call({ token });
      if (!isOpen(answer)) return answer;
      if (issuer.asked('introspection') > before) failed('it asked about the token, heard that it is not active any more, and let it in');
      return undefined;
    }, wait);
    if (refused !== undefined) return mustRefuse(refused, 'RS-INT-03', 'a revoked token', token.key ? 'DPoP' : 'Bearer');
    if (introspectionCache !== undefined) failed(`a revoked token was still let in after ${introspectionCache} seconds`);
    notTried(`it used an earlier answer for longer than ${patience ?? wait} ms: say for how long it may (introspectionCache)`);
  }),
  check<ResourceServer>('RS-INT-04', 'answers as JWTs that are not for here', async (server) => {
    const issuer = await asks(server);
    if (issuer.questions.at(-1)?.wantsJwt !== true) notApplicable('it does not ask for answers as JWTs (RFC 9701)');
    const audience = issuer.questions.at(-1)?.clientId;
    try {
      for (const [what, { header, claims }] of Object.entries(wrongAnswers)) {
        const token = await server.tokens.opaque();
        const said = {
          iss: issuer.issuer,
          aud: audience,
          iat: now(),
          token_introspection: issuer.introspection.get(token.text),
          ...claims,
        };
        const body = await issuer.keys.sign(said, { typ: INTROSPECTION_TYP, ...header });
        issuer.behave('introspection', { status: 200, type: `application/${INTROSPECTION_TYP}`, body });
        require(!isOpen(await server.call({ token })), `${what} opened it`);
      }
    } finally {
      issuer.behave('introspection');
      await until(async () => (isOpen(await server.call({ token: await server.tokens.opaque() })) ? true : undefined), 10_000);
    }
  }),
];
