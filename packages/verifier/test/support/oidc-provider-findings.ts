import type { Verdict } from '../../src/finding.ts';

/** The groups of requirements in which it is verified here. */
export const groups = [
  ...['AS-RT', 'AS-CC', 'AS-INTRO', 'AS-JINT', 'AS-REV', 'AS-REG', 'AS-MGMT', 'AS-DPOP', 'AS-PAR', 'AS-DEV', 'AS-JAR', 'AS-RAR'],
  ...['AS-TX', 'AS-JWTB', 'AS-STEP', 'AS-CIMD', 'AS-OP', 'AS-IDT', 'AS-UINFO', 'AS-LOGOUT', 'AS-BCL', 'AS-MCP'],
];

/** What it fails as it is set up here: of each the reason that the report gives, and why that is right. */
export const defects: Record<string, string> = {
  // OAuth 2.1 §4.2: "The client credentials grant MUST only be used by confidential clients." It registers a public one for it and gives that a token.
  'AS-CC-02': 'it answered 200',
  // RFC 6749 §5.1: `scope` is REQUIRED in the response unless it is what was asked for. It drops an unknown scope and does not say so.
  'AS-CC-04': 'does not say that its scope',
  // A decision of this project beyond RFC 7662 §4: unless it is given a policy, every client that authenticates is told of every token.
  'AS-INTRO-04': 'is not false',
  'AS-INTRO-06': 'is told of it',
  // RFC 9700 §2.6: "authorization servers MUST NOT allow redirect URIs that use the http scheme except for native clients that use loopback".
  'AS-REG-03': 'it answered 201',
  // RFC 9470 §5 with OpenID Connect's error code (SHOULD): a level that cannot be reached is an error. It gives a token of its usual level.
  'AS-STEP-02': 'instead of unmet_authentication_requirements',
};

export const withoutVerdict: Record<Extract<Verdict, 'not applicable' | 'not tried'>, string[]> = {
  'not applicable': [
    'AS-OP-12',
    'AS-JAR-08',
    'AS-TX-01',
    'AS-TX-02',
    'AS-TX-03',
    'AS-TX-04',
    'AS-TX-05',
    'AS-TX-06',
    'AS-TX-07',
    'AS-TX-10',
    'AS-TX-11',
    'AS-TX-12',
    'AS-JWTB-06',
    'AS-DPOP-06',
    'AS-REV-06',
    'AS-REG-06',
    'AS-REG-07',
    'AS-STEP-03',
  ],
  'not tried': ['AS-CIMD-14', 'AS-CIMD-15', 'AS-RAR-07', 'AS-RT-06', 'AS-RT-14', 'AS-TX-08', 'AS-TX-09', 'AS-REG-10'],
};
