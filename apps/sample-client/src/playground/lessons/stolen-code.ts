import { rfc } from '../explain/requests.ts';
import { isApiCall, isCallback, isTokenRequest, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { ALICE, authorize, heldOf, openClient } from './stage.ts';

export const stolenCode: Lesson = {
  id: 'stolen-code',
  group: 'attack',
  title: 'A stolen code',
  summary: 'Somebody gets hold of alice’s code before the client does: from a log, a proxy, another app on her phone. What is it worth?',
  steps: [
    {
      title: 'alice allows the client, and her code is caught on its way',
      text: 'The redirect with the code has left the authorization server, and has not reached the client.',
      act: async (stage) => {
        const held = await authorize(stage.alice, await openClient(stage, stage.alice), ALICE, `${stage.addresses.client}/`);
        stage.kept.set('response', heldOf(held).href);
      },
    },
    {
      title: 'The attacker brings it to the client, in a session of their own',
      text: 'The state belongs to alice’s session with the client. In the attacker’s there is no such attempt, so nothing is sent to the token endpoint (C-CB-01).',
      act: async (stage) => {
        await stage.attacker.visit(stage.kept.get('response') ?? '');
        mustEnd(await stage.last('the callback', (arrow) => isCallback(arrow) && arrow.from === 'attacker'), 303, '/sign-in/unknown');
      },
    },
    {
      title: 'The attacker goes to the token endpoint, knowing even the client’s secret',
      text: 'The code is bound to a challenge, and only the client knows the verifier that belongs to it. A guess does not help.',
      act: async (stage) => {
        await redeem(stage, 'the-attacker-can-only-guess-this-code-verifier');
        const refused = await stage.last(
          'the token request',
          (arrow) => isTokenRequest('authorization_code')(arrow) && arrow.from === 'attacker',
        );
        mustEnd(refused, 400, 'invalid_grant');
      },
    },
    {
      title: 'alice arrives with her code',
      text: 'The failed attempts have not used it up: she notices nothing.',
      act: async (stage) => {
        await stage.alice.visit(stage.kept.get('response') ?? '');
        mustEnd(await stage.last('a call of the API', isApiCall), 200);
        const refused = await stage.last(
          'the token request',
          (arrow) => isTokenRequest('authorization_code')(arrow) && arrow.from === 'attacker',
        );
        return {
          kind: 'refused',
          text: 'The stolen code was worth nothing: the verifier does not match the challenge.',
          arrow: refused,
          refusedBy: 'authorization-server',
          check: 'AS-CODE-08',
          rule: rfc(7636, '4.6'),
        };
      },
    },
  ],
};

async function redeem({ attacker, addresses, kept }: Parameters<Lesson['steps'][number]['act']>[0], verifier: string): Promise<void> {
  const code = new URL(kept.get('response') ?? '').searchParams.get('code') ?? '';
  const response = await attacker.send(`${addresses.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: `${addresses.client}/callback`,
      client_id: 'sample-client',
      client_secret: 'sample-client-secret',
      code_verifier: verifier,
    }),
  });
  await response.body?.cancel();
}
