/** What is not judged at a small client of OpenID Connect that calls no API. */
export const OPENID_CLIENT = {
  'not tried': [
    ...['C-API-01', 'C-API-02', 'C-API-03', 'C-API-04', 'C-API-05', 'C-API-06', 'C-BFF-04', 'C-BFF-05', 'C-BFF-06'],
    ...['C-DISC-01', 'C-DISC-02', 'C-DISC-08', 'C-OIDC-06', 'C-OIDC-07', 'C-REQ-04', 'C-TOK-05', 'C-TOK-07', 'C-TOK-08', 'C-TOK-09'],
  ],
  'not applicable': [
    ...['C-DISC-07', 'C-DISC-09', 'C-DPOP-01', 'C-DPOP-02', 'C-DPOP-03', 'C-DPOP-04'],
    ...['C-OIDC-04', 'C-OIDC-05', 'C-REQ-07', 'C-REQ-08', 'C-TOK-03', 'C-TOK-10'],
  ],
  only: ['C-OIDC'],
  keys: 'C-OIDC-02',
};
