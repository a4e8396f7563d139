import { setTimeout as delay } from 'node:timers/promises';
import { rfc } from '../explain/requests.ts';
import { isApiCall, isTokenRequest, memberOf, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { ALICE, signIn, UNTIL_EXPIRED_SECONDS } from './stage.ts';

export const replayedRefreshToken: Lesson = {
  id: 'replayed-refresh-token',
  group: 'attack',
  title: 'A replayed refresh token',
  summary: 'A refresh token is stolen from a backup of the client, together with its secret. The client has used it since.',
  steps: [
    {
      title: 'alice signs in, and the refresh token is stolen',
      text: 'It is in the token response, which the attacker has read somewhere.',
      act: async (stage) => {
        await signIn(stage, stage.alice, ALICE);
        const response = await stage.last('the token request', isTokenRequest('authorization_code'));
        stage.kept.set('refresh_token', memberOf(response, 'refresh_token'));
      },
    },
    {
      title: 'Eleven minutes later the client refreshes',
      text: 'The stolen token has a successor now, and the ten seconds in which a lost response is forgiven begin.',
      act: async (stage) => {
        await stage.advance(UNTIL_EXPIRED_SECONDS);
        await stage.alice.visit(`${stage.addresses.client}/notes`);
        mustEnd(await stage.last('a refresh', isTokenRequest('refresh_token')), 200);
        await stage.advance(15);
      },
    },
    {
      title: 'The attacker uses the stolen one',
      text: 'Two parties have the same token: one of them has stolen it. The authorization server cannot know which, so all that came from this grant ends.',
      act: async (stage) => {
        const { issuer } = stage.addresses;
        const response = await stage.attacker.send(`${issuer}/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'refresh_token',
            refresh_token: stage.kept.get('refresh_token') ?? '',
            client_id: 'sample-client',
            client_secret: 'sample-client-secret',
          }),
        });
        await response.body?.cancel();
        mustEnd(
          await stage.last('the replay', (arrow) => isTokenRequest('refresh_token')(arrow) && arrow.from === 'attacker'),
          400,
          'invalid_grant',
        );
        // As long as a resource server may take to hear of it: the authorization server's instances by the machine's clock, the API by the roles'.
        await delay(1_000);
        await stage.advance(5);
      },
    },
    {
      title: 'alice looks at her notes',
      text: 'Her access token has not expired, and is refused all the same: the API has heard of the revocation. She is asked to sign in again, and the thief has nothing.',
      act: async (stage) => {
        await stage.alice.visit(`${stage.addresses.client}/notes`);
        mustEnd(await stage.last('a call of the API', isApiCall), 401, 'invalid_token');
        const refused = await stage.last('the replay', (arrow) => isTokenRequest('refresh_token')(arrow) && arrow.from === 'attacker');
        return {
          kind: 'refused',
          text: 'Used again, a refresh token ends everything that came from its grant.',
          arrow: refused,
          refusedBy: 'authorization-server',
          check: 'AS-RT-05',
          rule: rfc(9700, '4.14.2'),
        };
      },
    },
  ],
};
