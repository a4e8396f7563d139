import { isApiCall, isTokenRequest, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { ALICE, signIn, UNTIL_EXPIRED_SECONDS } from './stage.ts';

export const refreshToken: Lesson = {
  id: 'refresh-token',
  group: 'grant',
  title: 'Refresh',
  summary: 'Access tokens live for minutes. With a refresh token the client gets new ones, and the person is not asked again.',
  steps: [
    {
      title: 'alice signs in',
      text: 'Look at the token response: beside the access token there is a refresh token.',
      act: async (stage) => void (await signIn(stage, stage.alice, ALICE)),
    },
    {
      title: 'Eleven minutes pass',
      text: 'The clock of all three roles is moved on. The access token has expired now.',
      act: (stage) => stage.advance(UNTIL_EXPIRED_SECONDS),
    },
    {
      title: 'alice looks at her notes again',
      text: 'The client notices by itself, and refreshes before it calls the API. The refresh token was used up with that: the response has the next one.',
      act: async (stage) => {
        await stage.alice.visit(`${stage.addresses.client}/notes`);
        mustEnd(await stage.last('a refresh', isTokenRequest('refresh_token')), 200, 'refresh_token');
        const call = await stage.last('a call of the API', isApiCall);
        mustEnd(call, 200);
        return { kind: 'worked', text: 'The API accepts the new access token; alice has noticed nothing.', arrow: call };
      },
    },
  ],
};
