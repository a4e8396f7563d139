import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// How long an ecosystem takes to start: in a new process, from its first instruction, and again in the same one. `npm run bench -w packages/testing [-- ROUNDS]`
const ROUNDS = Number(process.argv[2] ?? 7);
const PROGRAM = fileURLToPath(new URL('./one-process.ts', import.meta.url));

const CASES = { 'all roles': [], 'authorization server alone': ['authorization-server'] };

interface Measured {
  first: number;
  again: number;
  token: number;
}

async function measure(roles: readonly string[]): Promise<Measured> {
  const child = spawn(process.execPath, [PROGRAM, ...roles], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await text(child.stdout)) as Measured;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const line = (values: number[]): string => `${Math.min(...values)} / ${median(values)}`;

// Makes the databases that the others copy.
await measure([]);
process.stdout.write(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; ${ROUNDS} processes; milliseconds, least / median\n`);
for (const [name, roles] of Object.entries(CASES)) {
  const measured: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) measured.push(await measure(roles));
  const of = (what: keyof Measured) => line(measured.map((each) => each[what]));
  process.stdout.write(`${name}: new process ${of('first')}; again in it ${of('again')}; a token by a code flow ${of('token')}\n`);
}
process.stdout.write(`load at the end ${loadavg()[0]?.toFixed(1)}\n`);
