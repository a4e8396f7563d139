/** What is verified of oidc-provider as it is set to FAPI 2.0. */
export const groups = ['AS-FAPI', 'AS-PAR', 'AS-DPOP', 'AS-RT', 'AS-DEV', 'AS-CODE-01', 'AS-REV-02'];

/** What it passes there that takes FAPI’s own way through the server. */
export const underFapi = [
  'AS-CODE-01',
  'AS-DEV-08',
  'AS-DPOP-01',
  'AS-FAPI-01',
  'AS-FAPI-02',
  'AS-FAPI-03',
  'AS-FAPI-04',
  'AS-FAPI-05',
  'AS-PAR-12',
  'AS-RT-08',
];

/** What it fails, and why that is right. */
export const defects: Record<string, string> = {
  // It listens without TLS here (FAPI 2.0 §5.2.1).
  'AS-FAPI-06': 'is not https',
  // FAPI 2.0 §5.3.2.2: no redirect URI with http but on loopback, and that for native clients.
  'AS-FAPI-07': 'it answered 201',
};
