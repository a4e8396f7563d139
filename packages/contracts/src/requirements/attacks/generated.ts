import { topic } from './attack.ts';

export const generated = topic('Generated input', [
  {
    id: 'SEC-62',
    attack: 'Generated redirect URIs, scopes, verifiers and credentials, in great number',
    result: 'the rules hold for all of them',
    expected: [],
    seenIn: [],
  },
  {
    id: 'SEC-63',
    attack: 'Generated input for parsers and for the whole API, led by coverage and by the OpenAPI document',
    result: 'none makes a server fail',
    expected: [],
    seenIn: [],
  },
  {
    id: 'SEC-64',
    attack: 'The conformance tests of MCP',
    result: 'none fails',
    expected: [],
    seenIn: [],
  },
  {
    id: 'SEC-65',
    attack: 'Everything that the metadata announces, and everything that it does not',
    result: 'the first works, the rest is refused',
    expected: [],
    seenIn: [],
  },
]);
