import { setTimeout as delay } from 'node:timers/promises';
import { rfc } from '../explain/requests.ts';
import { isRevocation, isTokenRequest, memberOf, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { ALICE, pageOf, signIn, tryToken } from './stage.ts';

/** A little longer than it takes until every instance of the authorization server has heard of a revocation: by the machine's clock. */
const UNTIL_HEARD_MILLISECONDS = 1_000;

export const loggingOut: Lesson = {
  id: 'logging-out',
  group: 'grant',
  title: 'Revocation',
  summary:
    'Logging out ends the tokens too, also those that somebody has copied: a signed token is refused although nothing about it has changed.',
  steps: [
    {
      title: 'alice signs in, and her access token is copied',
      text: 'It is good for ten minutes, wherever it is.',
      act: async (stage) => {
        await signIn(stage, stage.alice, ALICE);
        const response = await stage.last('the token request', isTokenRequest('authorization_code'));
        stage.kept.set('token', memberOf(response, 'access_token'));
      },
    },
    {
      title: 'alice logs out',
      text: 'The client forgets its tokens, and asks the authorization server to revoke them. The page does not wait for that.',
      act: async (stage) => {
        const page = pageOf(await stage.alice.visit(`${stage.addresses.client}/notes`));
        await stage.alice.submit(page, { has: 'form[action="/logout"]' });
        await delay(UNTIL_HEARD_MILLISECONDS);
        mustEnd(await stage.last('a revocation', isRevocation), 200);
        // As long as a resource server may take to hear of it.
        await stage.advance(5);
      },
    },
    {
      title: 'The copy is tried at the API',
      text: 'The API reads what was revoked from a signed list of the authorization server’s: no question for each token, and no token that lives on for minutes.',
      act: async (stage) => {
        const refused = await tryToken(stage, stage.kept.get('token') ?? '');
        return {
          kind: 'refused',
          text: 'The token has not expired and its signature is right, and it is worth nothing any more.',
          arrow: refused,
          refusedBy: 'resource-server',
          check: 'RS-TOK-05',
          rule: rfc(7009, '2'),
        };
      },
    },
  ],
};
