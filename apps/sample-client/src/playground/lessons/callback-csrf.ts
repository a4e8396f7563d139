import { rfc } from '../explain/requests.ts';
import { isCallback, isTokenRequest, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { authorize, BOB, heldOf, openClient } from './stage.ts';

export const callbackCsrf: Lesson = {
  id: 'callback-csrf',
  group: 'attack',
  title: 'Somebody else’s code (CSRF)',
  summary: 'bob wants alice to write her notes into his account: he makes her browser bring his own code to the client.',
  steps: [
    {
      title: 'bob begins, and keeps his code',
      text: 'He logs in with his own account, and holds the redirect back.',
      act: async (stage) => {
        const held = await authorize(stage.attacker, await openClient(stage, stage.attacker), BOB, `${stage.addresses.client}/`);
        stage.kept.set('response', heldOf(held).href);
      },
    },
    {
      title: 'alice, who uses the client herself, follows bob’s link',
      text: 'Her session has a state of its own, and bob’s is not it. No token request follows; a fresh code of bob’s stays unused.',
      act: async (stage) => {
        await openClient(stage, stage.alice);
        await stage.alice.visit(stage.kept.get('response') ?? '');
        const refused = await stage.last('the callback', isCallback);
        mustEnd(refused, 303, '/sign-in/unknown');
        await stage.never('a token request', isTokenRequest());
        return {
          kind: 'refused',
          text: 'The client answers only to a request that it has sent from this very session.',
          arrow: refused,
          refusedBy: 'client',
          check: 'C-CB-01',
          rule: rfc(6749, '10.12'),
        };
      },
    },
  ],
};
