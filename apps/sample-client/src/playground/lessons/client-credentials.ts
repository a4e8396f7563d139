import { isApiCall, isTokenRequest, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { pageOf, UNTIL_EXPIRED_SECONDS } from './stage.ts';

export const clientCredentials: Lesson = {
  id: 'client-credentials',
  group: 'grant',
  title: 'Client credentials',
  summary: 'A program acts for itself: no person, no redirect of a browser, no refresh token.',
  steps: [
    {
      title: 'Eleven minutes pass',
      text: 'The client keeps its token until it expires. One from an earlier run is worth nothing now.',
      act: (stage) => stage.advance(UNTIL_EXPIRED_SECONDS),
    },
    {
      title: 'The client asks for a token of its own, and calls the API with it',
      text: 'In the token sub and client_id are the same: there is no user. Notes belong to people, so the API lets a program see none, and says so.',
      act: async (stage) => {
        const page = pageOf(await stage.alice.visit(`${stage.addresses.client}/service`));
        await stage.alice.submit(page, { has: 'button' });
        mustEnd(await stage.last('the token request', isTokenRequest('client_credentials')), 200, 'access_token');
        const call = await stage.last('a call of the API', isApiCall);
        mustEnd(call, 403);
        return {
          kind: 'worked',
          text: 'The token is good, and what it is good for is another question: these notes are people’s.',
          arrow: call,
        };
      },
    },
  ],
};
