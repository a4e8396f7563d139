import { challengeOf, unguessable } from '../../src/authorization-server/subject.ts';
import type { WrongServer } from '../support/wrong-server.ts';
import { FrontResponse } from '../support/front.ts';

/** Mistakes with codes. */
export const codeGrant: WrongServer[] = [
  {
    name: 'never looks at the verifier',
    breaks: ['AS-CODE-08'],
    mistake: () => {
      const verifier = unguessable();
      return {
        request: ({ parameters }) => {
          if (parameters.has('code_challenge')) parameters.set('code_challenge', challengeOf(verifier));
          if (parameters.has('code_verifier')) parameters.set('code_verifier', verifier);
        },
      };
    },
  },
  {
    name: 'gives another client’s code to whoever has it',
    breaks: ['AS-CODE-03'],
    mistake: (codes) => ({
      request: ({ parameters, headers }) => {
        const owner = codes.requestOf(parameters.get('code'))?.get('client_id');
        if (owner && headers.has('authorization')) headers.set('authorization', codes.credentialsOf(owner));
      },
    }),
  },
  {
    name: 'answers again when a code comes again',
    breaks: ['AS-CODE-04'],
    mistake: () => {
      const given = new Map<string, FrontResponse>();
      return {
        request: ({ parameters }) => {
          const earlier = given.get(parameters.get('code') ?? '');
          return earlier && new FrontResponse(earlier.status, earlier.headers, earlier.body);
        },
        response: (response, { parameters }) => {
          const code = parameters.get('code');
          if (code && response.status === 200) given.set(code, response);
        },
      };
    },
  },
];
