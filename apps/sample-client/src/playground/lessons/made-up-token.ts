import { randomBytes } from 'node:crypto';
import { rfc } from '../explain/requests.ts';
import { isIntrospection, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { tryToken } from './stage.ts';

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
        const refused = await tryToken(stage, `rc_at_${randomBytes(32).toString('base64url')}`);
        mustEnd(await stage.last('introspection', isIntrospection), 200, '"active":false');
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
