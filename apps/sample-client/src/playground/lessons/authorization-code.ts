import { isApiCall, mustEnd } from './exchanges.ts';
import type { Lesson } from './lesson.ts';
import { ALICE, authorize, heldOf, openClient, pageOf } from './stage.ts';
import { titleOf } from '../scripted-browser.ts';

export const authorizationCode: Lesson = {
  id: 'authorization-code',
  group: 'grant',
  title: 'Code with PKCE',
  summary: 'A person lets the client use the API for them. The client never sees the password, the browser never sees a token.',
  steps: [
    {
      title: 'The client prepares a request',
      text: 'It makes up a state and a code verifier, keeps both in its session, and puts only the SHA-256 of the verifier (code_challenge) into the link.',
      act: async (stage) => void stage.kept.set('request', await openClient(stage, stage.alice)),
    },
    {
      title: 'alice logs in and allows it',
      text: 'The browser goes to the authorization server, which asks who she is and whether she agrees. It answers by a redirect to the client: code, state and iss.',
      act: async ({ kept, alice, addresses }) => {
        const held = await authorize(alice, kept.get('request') ?? '', ALICE, `${addresses.client}/`);
        kept.set('response', heldOf(held).href);
      },
    },
    {
      title: 'The code becomes a token, and the token opens the API',
      text: 'The client compares state and iss, then sends the code with the verifier, from server to server. With the access token it calls the API, which checks the signature with the published keys.',
      act: async (stage) => {
        const page = pageOf(await stage.alice.visit(stage.kept.get('response') ?? ''));
        const call = await stage.last('a call of the API', isApiCall);
        mustEnd(call, 200);
        return { kind: 'worked', text: `alice sees "${titleOf(page)}".`, arrow: call };
      },
    },
  ],
};
