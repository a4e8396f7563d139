import { challengeOf, unguessable } from '../../src/authorization-server/subject.ts';
import { FrontResponse, type Meddling } from '../support/front.ts';
import type { IssuedCodes } from '../support/issued-codes.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const copyOf = ({ status, headers, body }: FrontResponse): FrontResponse => new FrontResponse(status, headers, body);

/** Puts a challenge of its own into each request, so that it can pass whatever verifier it likes. */
function checkingVerifiers(isRight: (sent: string | null, challenge: string | null | undefined) => boolean, codes: IssuedCodes): Meddling {
  const verifier = unguessable();
  return {
    request: ({ parameters }) => {
      if (parameters.has('code_challenge')) parameters.set('code_challenge', challengeOf(verifier));
      if (parameters.get('grant_type') !== 'authorization_code') return;
      const challenge = codes.requestOf(parameters.get('code'))?.get('code_challenge');
      if (isRight(parameters.get('code_verifier'), challenge)) parameters.set('code_verifier', verifier);
    },
  };
}

/** Mistakes with codes. */
export const codeGrant: WrongServer[] = [
  {
    name: 'never looks at the verifier',
    breaks: ['AS-CODE-07', 'AS-CODE-08'],
    mistake: (codes) => checkingVerifiers(() => true, codes),
  },
  {
    name: 'looks at the verifier only where there is one',
    breaks: ['AS-CODE-07'],
    mistake: (codes) => checkingVerifiers((sent, challenge) => !sent || challengeOf(sent) === challenge, codes),
  },
  {
    name: 'takes the challenge for a verifier',
    breaks: ['AS-CODE-08'],
    mistake: (codes) => checkingVerifiers((sent, challenge) => sent === challenge || challengeOf(sent ?? '') === challenge, codes),
  },
  {
    name: 'takes verifiers of any length',
    breaks: ['AS-CODE-10'],
    mistake: (codes) => checkingVerifiers((sent, challenge) => sent !== null && challengeOf(sent) === challenge, codes),
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
          return earlier && copyOf(earlier);
        },
        response: (response, { parameters }) => {
          const code = parameters.get('code');
          if (code && response.status === 200) given.set(code, response);
        },
      };
    },
  },
  {
    name: 'leaves what a code has given when it comes again',
    breaks: ['AS-CODE-04'],
    mistake: () => {
      const used = new Set<string>();
      return {
        request: ({ parameters }) =>
          used.has(parameters.get('code') ?? '') ? FrontResponse.json(400, { error: 'invalid_grant' }) : undefined,
        response: ({ status }, { parameters }) => {
          const code = parameters.get('code');
          if (code && status === 200) used.add(code);
        },
      };
    },
  },
  {
    name: 'ends everything when anybody sends a code again',
    breaks: ['AS-CODE-05'],
    mistake: () => {
      const verifiers = new Map<string, string>();
      return {
        request: ({ parameters }) => {
          const verifier = verifiers.get(parameters.get('code') ?? '');
          if (verifier !== undefined) parameters.set('code_verifier', verifier);
        },
        response: ({ status }, { parameters }) => {
          if (status === 200 && parameters.has('code')) verifiers.set(parameters.get('code') ?? '', parameters.get('code_verifier') ?? '');
        },
      };
    },
  },
  {
    name: 'redeems a code as often as it is asked at once',
    breaks: ['AS-CODE-06'],
    mistake: () => {
      const underWay = new Map<string, Promise<FrontResponse>>();
      return {
        request: async (request, front) => {
          const code = request.parameters.get('code');
          if (code === null) return undefined;
          const first = underWay.get(code) ?? front.forward(request);
          underWay.set(code, first);
          const response = copyOf(await first);
          underWay.delete(code);
          return response;
        },
      };
    },
  },
  {
    name: 'does not bind a code to its redirect URI',
    breaks: ['AS-CODE-11'],
    mistake: (codes) => ({
      request: ({ parameters }) => {
        const asked = codes.requestOf(parameters.get('code'))?.get('redirect_uri');
        if (asked) parameters.set('redirect_uri', asked);
      },
    }),
  },
];
