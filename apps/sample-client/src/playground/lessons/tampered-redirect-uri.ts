import { rfc } from '../explain/requests.ts';
import { isAuthorizationRequest, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { openClient } from './stage.ts';

export const tamperedRedirectUri: Lesson = {
  id: 'tampered-redirect-uri',
  group: 'attack',
  title: 'A changed redirect URI',
  summary: 'A link that looks like the client’s own, but would send the code to somebody else.',
  steps: [
    {
      title: 'The attacker makes a link from the client’s',
      text: 'All of it is right but redirect_uri, which begins like the registered one.',
      act: async (stage) => {
        const url = new URL(await openClient(stage, stage.attacker));
        url.searchParams.set('redirect_uri', `${stage.addresses.client}.evil.example/callback`);
        stage.kept.set('request', url.href);
      },
    },
    {
      title: 'alice follows it',
      text: 'She sees a page that says what is wrong. There is no redirect: where an error may be sent is just what cannot be known.',
      act: async (stage) => {
        await stage.alice.visit(stage.kept.get('request') ?? '');
        const refused = await stage.last('the authorization request', isAuthorizationRequest);
        mustEnd(refused, 400);
        return {
          kind: 'refused',
          text: 'Redirect URIs are compared letter by letter with those that were registered.',
          arrow: refused,
          refusedBy: 'authorization-server',
          check: 'AS-AUTHZ-03',
          rule: rfc(6749, '3.1.2.4'),
        };
      },
    },
  ],
};
