import { randomUUID } from 'node:crypto';
import { check } from '../../check.ts';
import { failed, notApplicable, require } from '../../finding.ts';
import { until } from '../../until.ts';
import { isOpen, mustRefuse, type ResourceServer } from '../subject.ts';

/** So many tokens with keys that nobody has. */
const FLOOD = 20;
/** A limit of any kind lets fewer of them through than this. */
const TOLERATED_FETCHES = 10;

/** The keys of the issuer change (OpenID Connect Core §10.1.1). */
export const rotation = [
  check<ResourceServer>('RS-JWT-08', 'a new key of the issuer’s', async (server) => {
    const issuer = server.played('a new key of the issuer’s');
    const { token: before } = await server.rightJwt();
    await server.works({ token: before });
    if (issuer.asked('keys') === 0) notApplicable('it does not fetch the issuer’s keys');
    await issuer.keys.rotate();
    const opened = await until(
      async () => (isOpen(await server.call({ token: await server.tokens.right() })) ? true : undefined),
      server.patience,
    );
    if (opened === undefined) {
      issuer.keys.withdraw();
      failed(`a token signed with a new key was still refused after ${server.patience / 1000} seconds (patience)`);
    }
    const answer = await server.call({ token: before });
    require(isOpen(answer), `the key before, which is still published, was forgotten: ${answer.to} answered ${answer.status}`);
  }),
];

export const flood = [
  check<ResourceServer>('RS-JWT-08', 'many tokens that name keys nobody has', async (server) => {
    const issuer = server.played('how often it asks for keys');
    await server.rightJwt();
    await server.works();
    const before = issuer.asked('keys');
    for (let count = 0; count < FLOOD; count += 1) {
      const token = await server.tokens.signed({ header: { kid: `nobody-has-${randomUUID()}` } });
      mustRefuse(await server.call({ token }), 'RS-JWT-08', 'a token that names a key nobody has', token.key ? 'DPoP' : 'Bearer');
    }
    const fetches = issuer.asked('keys') - before;
    require(fetches <= TOLERATED_FETCHES, `${FLOOD} tokens that name keys nobody has made it ask for the keys ${fetches} times`);
    await server.works();
  }),
];
