import { rfc } from '../explain/requests.ts';
import { isAuthorizationRequest, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { openClient } from './stage.ts';

export const missingPkce: Lesson = {
  id: 'missing-pkce',
  group: 'attack',
  title: 'PKCE taken out',
  summary:
    'Somebody on the way takes the challenge out of the authorization request, so that a code could be redeemed by whoever steals it.',
  steps: [
    {
      title: 'The client prepares a request, and the challenge is taken out of it',
      text: 'Compare the link on the client’s page with the request that follows: code_challenge and code_challenge_method are gone.',
      act: async (stage) => {
        const url = new URL(await openClient(stage, stage.alice));
        url.searchParams.delete('code_challenge');
        url.searchParams.delete('code_challenge_method');
        stage.kept.set('request', url.href);
      },
    },
    {
      title: 'The browser takes it to the authorization server',
      text: 'No login page: the request is refused before anybody is asked anything, and the client is told by redirect.',
      act: async (stage) => {
        await stage.alice.visit(stage.kept.get('request') ?? '');
        const refused = await stage.last('the authorization request', isAuthorizationRequest);
        mustEnd(refused, 303, 'error=invalid_request');
        return {
          kind: 'refused',
          text: 'Without a challenge there is no code: the authorization server insists on PKCE.',
          arrow: refused,
          refusedBy: 'authorization-server',
          check: 'AS-AUTHZ-09',
          rule: rfc(7636, '4.4.1'),
        };
      },
    },
  ],
};
