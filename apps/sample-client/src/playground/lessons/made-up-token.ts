import { randomBytes } from 'node:crypto';
import { rfc } from '../explain/requests.ts';
import { isApiCall, isIntrospection, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';

export const madeUpToken: Lesson = {
  id: 'made-up-token',
  group: 'attack',
  title: 'A made-up token',
  summary: 'An opaque token says nothing to whoever holds it, so anybody can make one up that looks right. The API has to ask.',
  steps: [
    {
      title: 'The attacker makes up a token and calls the API',
      text: 'The API cannot read it, and asks the authorization server about it (introspection), proving who asks. The answer says no more than that it is not active.',
      act: async (stage) => {
        const response = await stage.attacker.send(`${stage.addresses.resource}/notes`, {
          headers: { authorization: `Bearer rc_at_${randomBytes(32).toString('base64url')}` },
        });
        await response.body?.cancel();
        mustEnd(await stage.last('introspection', isIntrospection), 200, '"active":false');
        const refused = await stage.last('the call of the API', isApiCall);
        mustEnd(refused, 401, 'invalid_token');
        return {
          kind: 'refused',
          text: 'Only its issuer knows what an opaque token is worth, and this one is worth nothing.',
          arrow: refused,
          refusedBy: 'resource-server',
          check: 'RS-INT-01',
          rule: rfc(7662, '2.2'),
        };
      },
    },
  ],
};
