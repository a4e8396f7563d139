import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Pool } from 'undici';
import { unexpected } from '../answers.ts';
import { type NextRequest, saturate } from '../load.ts';
import { cpuSeconds, pinLoad, startPinned } from '../processes.ts';
import { median } from '../results.ts';
import { RESOURCE, type Setting, type Variant, variants } from './variants.ts';

const SERVE = fileURLToPath(new URL('./serve.ts', import.meta.url));
const CONNECTIONS = 32;
const WARM_UP_SECONDS = 3;
/** Different ones, in turn: a cache that knew only the last one would not show. */
const TOKENS = 500;

/** What the guard is compared with. */
export const BASELINE: Variant = '@fastify/jwt with a key set';
/**
 * Processor time of a request, the guard's to that of the baseline. Not requests per second: on one core both say the same,
 * but what else the machine does shows less in this.
 */
const BAR = 1.1;

export interface GuardResult {
  algorithm: string;
  variant: Variant;
  requestsPerSecond: number;
  /** Microseconds. */
  cpuPerRequest: number;
  /** To the baseline in the same round; the median over all rounds. */
  ratio: number;
  cpuRatio: number;
  missed: string[];
}

/** Compares one route under each kind of guard: in every round each variant once, in an order that turns. */
export async function compareGuards(options: { rounds: number; seconds: number }, say: (text: string) => void): Promise<GuardResult[]> {
  pinLoad();
  return [...(await compareWith('ES256', options, say)), ...(await compareWith('RS256', options, say))];
}

async function compareWith(
  alg: string,
  { rounds, seconds }: { rounds: number; seconds: number },
  say: (text: string) => void,
): Promise<GuardResult[]> {
  const issuer = await startIssuer(alg);
  const servers = await Promise.all(variants.map((variant) => startServer(variant, issuer)));
  try {
    say(`Guards, ${alg}: warming up`);
    for (const server of servers) await server.measure(WARM_UP_SECONDS);
    const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
    for (let round = 1; round <= rounds; round++) {
      say(`Guards, ${alg}: round ${round} of ${rounds}`);
      for (const server of servers) samples.get(server.variant)?.push(await server.measure(seconds));
      servers.reverse();
    }
    const of = (variant: Variant) => samples.get(variant) as Sample[];
    return variants.map((variant) => judge(alg, variant, of(variant), of(BASELINE)));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    issuer.stop();
  }
}

interface Sample {
  requestsPerSecond: number;
  cpuPerRequest: number;
}

function judge(algorithm: string, variant: Variant, own: readonly Sample[], baseline: readonly Sample[]): GuardResult {
  const ratioOf = (member: keyof Sample) => median(own.map((sample, round) => sample[member] / (baseline[round] as Sample)[member]));
  const cpuRatio = ratioOf('cpuPerRequest');
  return {
    algorithm,
    variant,
    requestsPerSecond: median(own.map((sample) => sample.requestsPerSecond)),
    cpuPerRequest: median(own.map((sample) => sample.cpuPerRequest)),
    ratio: ratioOf('requestsPerSecond'),
    cpuRatio,
    missed: variant === 'guard' && cpuRatio > BAR ? [`the guard takes more than ${BAR} of the processor time of ${BASELINE}`] : [],
  };
}

interface Issuer {
  address: string;
  keys: string;
  tokens: readonly string[];
  stop(): void;
}

/** What an authorization server is to a resource server: metadata, keys, and tokens that they sign. */
async function startIssuer(alg: string): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'the-key', alg, use: 'sig' }];
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(url === '/jwks' ? { keys } : { issuer: address, jwks_uri: `${address}/jwks` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = (index: number) =>
    new SignJWT({ client_id: 'client-of-the-bench', scope: 'notes:read notes:write', jti: `rc_${index}_${'x'.repeat(20)}` })
      .setProtectedHeader({ alg, typ: 'at+jwt', kid: 'the-key' })
      .setIssuer(address)
      .setSubject(`usr_${index}`)
      .setAudience(RESOURCE)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, index) => sign(index)));
  return { address, keys: JSON.stringify(keys), tokens, stop: () => server.close() };
}

async function startServer(variant: Variant, issuer: Issuer) {
  const setting: Setting = { VARIANT: variant, ISSUER: issuer.address, KEYS: issuer.keys };
  const { pid, greeting, stop } = await startPinned(SERVE, { ...setting });
  const pool = new Pool(greeting as string, { connections: CONNECTIONS, pipelining: 1 });
  let turn = 0;
  const next: NextRequest = () => ({
    method: 'GET',
    path: '/notes',
    headers: { authorization: `Bearer ${issuer.tokens[turn++ % TOKENS]}` },
    accept: (answer) => {
      if (answer.status !== 200) throw unexpected(variant, answer);
    },
  });
  return {
    variant,
    measure: async (seconds: number): Promise<Sample> => {
      const before = cpuSeconds(pid) ?? Number.NaN;
      const made = await saturate(pool, next, { connections: CONNECTIONS, seconds });
      const cpu = (cpuSeconds(pid) ?? Number.NaN) - before;
      return { requestsPerSecond: made.requests / made.seconds, cpuPerRequest: (cpu / made.requests) * 1e6 };
    },
    stop: async () => {
      await pool.close();
      await stop();
    },
  };
}

/** As a table in Markdown. */
export function guardTable(results: readonly GuardResult[]): string {
  const rows = results.map(({ algorithm, variant, requestsPerSecond, cpuPerRequest, ratio, cpuRatio }) =>
    [algorithm, variant, requestsPerSecond.toFixed(0), `${ratio.toFixed(2)} ×`, cpuPerRequest.toFixed(0), `${cpuRatio.toFixed(2)} ×`].join(
      ' | ',
    ),
  );
  const missed = results.flatMap((result) => result.missed.map((bar) => `${result.algorithm}: ${bar}`));
  return [
    '| algorithm | GET /notes | /s | ratio | CPU µs | ratio |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row} |`),
    '',
    missed.length === 0 ? 'The bar of the guard is met.' : `Bars missed: ${missed.join('; ')}.`,
  ].join('\n');
}
