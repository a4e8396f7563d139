import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import type { Answer } from '../../http.ts';
import { judge } from '../../judge.ts';
import { until } from '../../until.ts';
import type { Misbehaviour, PlayedIssuer } from '../played-issuer/played-issuer.ts';
import { about, isOpen, type ResourceServer } from '../subject.ts';

/** Longer than most leave an issuer alone that has failed them. */
const RECOVERY_MILLISECONDS = 12_000;
const ASKED_WITHIN_MILLISECONDS = 6_000;

const troubles = {
  'keys that are answered with an error': { status: 500, body: 'out of order' },
  'keys that are no key set': { status: 200, type: 'text/html', body: '<html><body>Welcome</body></html>' },
  'keys that never come': 'silent',
} satisfies Record<string, Misbehaviour>;

/** What happens before anything is known of the issuer: these go first. */
export const outage = [
  check<ResourceServer>('RS-JWT-11', 'metadata that names another issuer', async (server) => {
    const issuer = server.played('an issuer with wrong metadata');
    await server.rightJwt();
    if (issuer.asked('metadata') > 0) notTried('it had read the issuer’s metadata before the checks began: start it afterwards');
    const wrong = { ...issuer.metadata, issuer: 'https://another-issuer.example' };
    issuer.behave('metadata', { status: 200, body: JSON.stringify(wrong) });
    // Nor may it learn the keys now: that they cannot be had is tried next.
    issuer.behave('keys', troubles['keys that are answered with an error']);
    try {
      await server.call({ token: await server.tokens.right() });
      if (issuer.asked('metadata') === 0) notApplicable('it does not read the issuer’s metadata');
      if (issuer.asked('keys') === 0) return;
      issuer.behave('keys');
      const opened = await until(async () => (isOpen(await server.call({ token: await server.tokens.right() })) ? true : undefined), 3_000);
      require(opened === undefined, 'keys were taken from metadata that is of another issuer');
    } finally {
      issuer.behave('metadata');
      issuer.behave('keys');
    }
  }),
  check<ResourceServer>('RS-JWT-09', 'keys that cannot be had', async (server) => {
    const issuer = server.played('an issuer whose keys cannot be had');
    await server.rightJwt();
    if (issuer.told('keys') > 0) notTried('it had fetched the keys before the checks began: start it afterwards');
    try {
      for (const [what, trouble] of Object.entries(troubles)) {
        const answer = await answerIn(trouble, server, issuer);
        if (answer === undefined) notApplicable('it does not fetch the issuer’s keys');
        else about(what, () => judge(answer, 'RS-JWT-09'));
      }
    } finally {
      issuer.behave('keys');
      await recovered(server);
    }
  }),
  check<ResourceServer>('RS-JWT-11', 'more than one issuer', (server) => {
    const { authorization_servers: servers = [] } = server.metadata ?? {};
    if (servers.length < 2) notApplicable('it names no second issuer');
    notTried('it takes a second issuer whose tokens the verifier can sign');
  }),
];

/** The answer to a right token, as soon as the issuer was asked for its keys and has misbehaved. */
async function answerIn(trouble: Misbehaviour, server: ResourceServer, issuer: PlayedIssuer): Promise<Answer | undefined> {
  issuer.behave('keys', trouble);
  const before = issuer.asked('keys');
  return until(async () => {
    const answer = await server.call({ token: await server.tokens.right() });
    if (isOpen(answer)) failed('a token opened it whose key it could not have');
    return issuer.asked('keys') > before ? answer : undefined;
  }, ASKED_WITHIN_MILLISECONDS);
}

/** Nothing of this is to be seen in the checks that follow. */
async function recovered(server: ResourceServer): Promise<void> {
  await until(async () => {
    const answer = await server.call({ token: await server.tokens.right() });
    return isOpen(answer) ? answer : undefined;
  }, RECOVERY_MILLISECONDS);
}
