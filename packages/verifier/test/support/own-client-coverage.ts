/** What is not judged at this project's own client, and no test file may name as verified. */
export const OWN_CLIENT = {
  configured: {
    'not tried': ['C-BFF-04', 'C-BFF-05', 'C-BFF-06', 'C-OIDC-06', 'C-OIDC-07', 'C-TOK-05', 'C-TOK-09', 'C-TOK-12'],
    'not applicable': [
      ...['C-DISC-07', 'C-DISC-08', 'C-DISC-09', 'C-DPOP-01', 'C-DPOP-02', 'C-DPOP-03', 'C-DPOP-04'],
      ...['C-OIDC-01', 'C-OIDC-02', 'C-OIDC-03', 'C-OIDC-04', 'C-OIDC-05', 'C-REQ-07', 'C-REQ-08', 'C-REQ-09', 'C-TOK-03'],
    ],
  },
  proving: {
    only: ['C-REQ', 'C-CB-01', 'C-TOK-01', 'C-TOK-04', 'C-TOK-07', 'C-API', 'C-DPOP'],
    'not applicable': ['C-REQ-08', 'C-REQ-09'],
  },
  signing: { only: ['C-TOK-01', 'C-TOK-03', 'C-REQ-01'] },
  registering: {
    only: ['C-DISC', 'C-TOK-01', 'C-TOK-02', 'C-CB-01'],
    'not applicable': ['C-DISC-06', 'C-DISC-09'],
  },
};
