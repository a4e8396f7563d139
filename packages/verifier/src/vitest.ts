import { beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '@rolecall/contracts/requirements/requirement';
import { type AuthorizationServerOptions, verifyAuthorizationServer } from './authorization-server/verify.ts';
import { type ClientOptions, verifyClient } from './client/verify.ts';
import { type Report, type Result, isViolation, type Strictness } from './report.ts';
import { messageLines } from './reporters/exchange-text.ts';
import { visible } from './reporters/visible.ts';
import { verdictInWords } from './reporters/words.ts';
import { type ResourceServerOptions, verifyResourceServer } from './resource-server/verify.ts';
import { type Selection, selectedRequirements } from './run-suite.ts';

/** A value, or what makes it: asked when the tests begin, so that a server can be started in `beforeAll`. */
export type Eventually<Value> = Value | (() => Value | Promise<Value>);

export interface Described<Options> extends Strictness {
  /** Milliseconds for the whole run: 120,000 unless it is said. */
  runTimeout?: number | undefined;
  /** Options that are known only when the tests begin. */
  later?: (() => Partial<Options> | Promise<Partial<Options>>) | undefined;
}

/**
 * Describes an authorization server: verifies it once, with a test for each requirement. What was not tried, does not apply or does not count is skipped
 * with the reason.
 *
 * @param issuer its issuer identifier.
 * @param options who logs in, and what else it takes to try it; `skip` leaves requirements out, each with a reason.
 */
export function describeAuthorizationServer(
  issuer: Eventually<string>,
  options: Omit<AuthorizationServerOptions, 'issuer'> & Described<AuthorizationServerOptions> = {},
): void {
  describeRole('authorization server', options, async (later) =>
    verifyAuthorizationServer({ ...options, ...later, issuer: await settled(issuer) }),
  );
}

/** Describes a resource server, as {@link describeAuthorizationServer} does. @param resource its resource identifier. */
export function describeResourceServer(
  resource: Eventually<string>,
  options: Omit<ResourceServerOptions, 'resource'> & Described<ResourceServerOptions>,
): void {
  describeRole('resource server', options, async (later) =>
    verifyResourceServer({ ...options, ...later, resource: await settled(resource) }),
  );
}

/** Describes a client, as {@link describeAuthorizationServer} does. @param startUrl where a sign-in begins. */
export function describeClient(
  startUrl: Eventually<string>,
  options: Omit<ClientOptions, 'startUrl'> & Described<ClientOptions> = {},
): void {
  describeRole('client', options, async (later) => verifyClient({ ...options, ...later, startUrl: await settled(startUrl) }));
}

const TIMEOUT_MILLISECONDS = 120_000;

function describeRole<Options>(
  role: Role,
  { strict, runTimeout = TIMEOUT_MILLISECONDS, later, ...selection }: Selection & Described<Options>,
  verify: (later: Partial<Options>) => Promise<Report>,
): void {
  describe(role, () => {
    const results = new Map<string, Result>();
    beforeAll(async () => {
      const report = await verify(await settled(later ?? {}));
      for (const result of report.results) results.set(result.id, result);
    }, runTimeout);

    for (const { id, requirement } of selectedRequirements(role, selection))
      it(`${id}: ${requirement}`, (context) => {
        const result = results.get(id);
        if (result === undefined) throw new Error(`${id} was not verified`);
        if (result.verdict === 'passed') return;
        if (isViolation(result, { strict })) expect.fail(shown(result));
        context.skip(visible(`${verdictInWords(result, { strict })}: ${result.because ?? ''}`));
      });
  });
}

const settled = async <Value>(value: Eventually<Value>): Promise<Value> =>
  typeof value === 'function' ? (value as () => Value | Promise<Value>)() : value;

/** What is wrong, what shows it, and where it is written. */
function shown({ trials, sources }: Result): string {
  const lines = [
    ...trials
      .filter(({ verdict }) => verdict === 'failed')
      .flatMap(({ title, because = '', exchanges }) => [`${title}: ${because}`, ...exchanges.slice(-2).flatMap(messageLines), '']),
    ...sources.map(({ label, url }) => `${label} ${url}`),
  ];
  return visible(lines.join('\n'));
}
