import type { Check } from '../check.ts';
import { listOf } from '../documents.ts';
import { advice, fits, wrong } from '../finding.ts';

/** Whether a client can know that PKCE protects its codes. */
export const pkce: Check = {
  name: 'PKCE',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ metadata }) => {
    const found = await metadata();
    if (!('document' in found)) return [];
    if (listOf(found.document, 'code_challenge_methods_supported').includes('S256')) return [fits('S256 is announced')];
    return [
      wrong({
        seen: 'code_challenge_methods_supported does not name S256',
        why: 'the code challenge is what makes a stolen code worthless, and only the metadata tells that it is looked at: our client goes no further without',
        mend: 'switch PKCE with S256 on at the authorization server; where it has it and does not say so, it has to say so',
        reference: 'RFC 9700 §2.1.1; RFC 8414 §2',
      }),
    ];
  },
};

/** Whether answers say whose they are. */
export const issInAnswers: Check = {
  name: 'iss in answers',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ metadata }) => {
    const found = await metadata();
    if (!('document' in found)) return [];
    if (found.document['authorization_response_iss_parameter_supported'] === true) return [fits('it is announced')];
    return [
      advice({
        seen: 'authorization_response_iss_parameter_supported is not true',
        why: 'a client of several authorization servers cannot tell which one an answer is from, and may be made to send a code to the wrong one (mix-up)',
        mend: 'switch it on where the authorization server has it; else let a client have a redirect URI of its own for each issuer',
        reference: 'RFC 9207; RFC 9700 §2.1, §4.4',
      }),
    ];
  },
};
