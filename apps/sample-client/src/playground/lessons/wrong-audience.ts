import { rfc } from '../explain/requests.ts';
import { isTokenRequest, memberOf, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { tryToken } from './stage.ts';

export const wrongAudience: Lesson = {
  id: 'wrong-audience',
  group: 'attack',
  title: 'A token for another API',
  summary: 'An API that was given a token tries it at another one. If tokens were good everywhere, the weakest API would open all of them.',
  steps: [
    {
      title: 'A token is issued for the administration API',
      text: 'It comes from the same authorization server, is signed with the same key, and has not expired. Look at its aud.',
      act: async (stage) => {
        const { issuer } = stage.addresses;
        const response = await stage.attacker.send(`${issuer}/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: 'rolecall-admin',
            client_secret: 'rolecall-admin-secret',
            scope: 'admin:read',
          }),
        });
        await response.body?.cancel();
        const issued = await stage.last('the token request', isTokenRequest('client_credentials'));
        mustEnd(issued, 200);
        stage.kept.set('token', memberOf(issued, 'access_token'));
      },
    },
    {
      title: 'It is presented to the notes API',
      text: 'The signature is right, the issuer is right, the time is right. The audience is not.',
      act: async (stage) => {
        const refused = await tryToken(stage, stage.kept.get('token') ?? '');
        return {
          kind: 'refused',
          text: 'An access token is for one API only: its aud must name the one that it is presented to.',
          arrow: refused,
          refusedBy: 'resource-server',
          check: 'RS-JWT-04',
          rule: rfc(9068, '4'),
        };
      },
    },
  ],
};
