/** What is not judged at the small client: it asks for nothing twice, registers nowhere, and proves no key. */
export const SMALL_CLIENT = {
  'not tried': ['C-BFF-04', 'C-BFF-05', 'C-BFF-06', 'C-TOK-05', 'C-TOK-09'],
  'not applicable': [
    ...['C-API-04', 'C-API-05', 'C-DISC-01', 'C-DISC-07', 'C-DISC-08', 'C-DISC-09', 'C-DPOP-01', 'C-DPOP-02', 'C-DPOP-03'],
    ...['C-DPOP-04', 'C-OIDC-03', 'C-OIDC-04', 'C-OIDC-05', 'C-REQ-07', 'C-REQ-08', 'C-TOK-03', 'C-TOK-10'],
  ],
  proving: ['C-DPOP-01', 'C-DPOP-02', 'C-DPOP-03', 'C-DPOP-04', 'C-TOK-04'],
};
