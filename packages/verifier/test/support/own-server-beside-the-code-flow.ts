import type { Verdict } from '../../src/finding.ts';

/** What has no verdict yet at this project's own server, and why. Everything else in these groups passes. */
export const withoutVerdict: Record<string, [Verdict, string]> = {
  'AS-RT-06': ['not tried', 'nobody waits'],
  'AS-RT-09': ['not applicable', 'dpop_signing_alg_values_supported'],
  'AS-RT-10': ['not applicable', 'dpop_signing_alg_values_supported'],
  'AS-RT-14': ['not tried', 'a password is not changed from outside'],
  'AS-REV-06': ['not applicable', 'access tokens are taken'],
  'AS-REG-06': ['not applicable', 'registration is open'],
  'AS-REG-10': ['not tried', 'not seen from outside'],
};
