import { banner } from './dev/banner.ts';
import { showProgress } from './dev/progress.ts';
import { addressesFrom, roleSpecs } from './ecosystem/roles.ts';
import { supervise } from './ecosystem/supervisor.ts';

// Starts all three roles, each a process of its own, and keeps them together until Ctrl-C.
const { stdout, stderr } = process;
const colour = stdout.isTTY && !process.env['NO_COLOR'];
const addresses = addressesFrom(process.env);
const specs = roleSpecs(addresses, {
  LOG_FORMAT: 'pretty',
  // The roles write to a pipe, and cannot see by themselves that a terminal is at its end.
  ...(colour && { FORCE_COLOR: '1' }),
  ...process.env,
});

stdout.write('Rolecall starts: three roles, each a process of its own.\n');
const progress = showProgress(
  specs.map((spec) => spec.name),
  performance.now() - process.uptime() * 1000,
  stdout,
);

/** What the roles say before the banner is kept back: it would tear the progress apart. */
let heldBack: string[] | undefined = [];
const prefixes = new Map(specs.map((spec, index) => [spec.name, prefixOf(spec.name, index)]));
const supervisor = supervise(specs, {
  onReady: (role) => progress.ready(role),
  onLine: (role, line) => {
    const text = `${prefixes.get(role)}${line}\n`;
    if (heldBack === undefined) stdout.write(text);
    else heldBack.push(text);
  },
});

// A second Ctrl-C, or the signals that npm passes on as well, find the stop under way.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => supervisor.stop());

void supervisor.ready.then(() => {
  progress.end();
  stdout.write((heldBack ?? []).join(''));
  heldBack = undefined;
  // A production server has no users and clients that everybody knows.
  stdout.write(process.env['NODE_ENV'] === 'production' ? 'All roles are ready.\n' : `\n${banner(addresses, storage(process.env))}`);
});

const failure = await supervisor.finished;
progress.end();
if (failure !== undefined) {
  for (const line of failure.lines) stderr.write(`${line}\n`);
  if (failure.lines.some((line) => line.includes('is already in use')) && !failure.lines.some((line) => line.includes('embedded')))
    stderr.write('ISSUER, RESOURCE and BASE_URL choose other addresses, for example ISSUER=http://localhost:5000 npm start\n');
}
process.exit(failure === undefined ? 0 : 1);

function prefixOf(role: string, index: number): string {
  const name = role.padEnd(Math.max(...specs.map((spec) => spec.name.length)));
  return colour ? `\x1b[${36 - index}m${name} │\x1b[0m ` : `${name} │ `;
}

function storage({ DATABASE_URL, REDIS_URL, DATA_DIR }: NodeJS.ProcessEnv): string {
  const durable = DATABASE_URL ? 'Postgres' : `the embedded database in ${DATA_DIR || '.data/'} (npm run reset starts over)`;
  return `What lasts is kept in ${durable}, what is short-lived in ${REDIS_URL ? 'Redis' : 'memory'}.`;
}
