import type { Clearable } from '../stores/types.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Instances' clocks may differ; nothing is in a hurry. */
const MARGIN = 10 * MINUTE;

/** Revoked grants stay for so long, for whoever asks what became of one. */
const REVOKED_GRANT = DAY;

/** Longer than any access token lives: until then an instance that starts learns from these what was revoked. */
const CHANGES = 3 * 60 * MINUTE;

/** One kind of thing that goes, and how old it has to be, in milliseconds. */
export interface WhatGoes {
  what: Clearable;
  age: number;
}

/**
 * What may go, in the order in which it goes.
 *
 * @param options.accessTokenLifetime seconds, the longest that there can be: a token that was issued in a grant's last moment can still be revoked by it.
 * @param options.auditRetention days; 0: for ever.
 */
export function whatGoes(options: { accessTokenLifetime: number; auditRetention: number }): WhatGoes[] {
  return [
    { what: 'refresh_tokens', age: MARGIN },
    { what: 'refresh_tokens_of_revoked_grants', age: REVOKED_GRANT },
    { what: 'grants', age: MARGIN + options.accessTokenLifetime * 1000 },
    { what: 'revoked_grants', age: REVOKED_GRANT },
    { what: 'user_sessions', age: MARGIN },
    { what: 'initial_access_tokens', age: MARGIN },
    { what: 'changes', age: CHANGES },
    ...(options.auditRetention > 0 ? [{ what: 'audit_events' as const, age: options.auditRetention * DAY }] : []),
  ];
}
