import { banner } from './dev/banner.ts';
import { lookElsewhere, type State, untilItFits } from './dev/elsewhere.ts';
import { HELP, OptionError, readStartOptions } from './dev/options.ts';
import { showProgress } from './dev/progress.ts';
import { type RoleName, roleSpecs } from './ecosystem/roles.ts';
import { supervise } from './ecosystem/supervisor.ts';

// Starts the roles that are ours, each a process of its own, and keeps them together until Ctrl-C.
const { stdout, stderr } = process;
const colour = stdout.isTTY && !process.env['NO_COLOR'];
const { without, elsewhere, addresses } = readOptions();
const specs = roleSpecs(
  addresses,
  {
    LOG_FORMAT: 'pretty',
    // The roles write to a pipe, and cannot see by themselves that a terminal is at its end.
    ...(colour && { FORCE_COLOR: '1' }),
    ...process.env,
  },
  without,
);

stdout.write(
  without.size === 0
    ? 'Rolecall starts: three roles, each a process of its own.\n'
    : `Rolecall starts without ${[...without].join(' and ')}.\n`,
);
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

const stopped = new AbortController();
void Promise.all([supervisor.ready, lookAtOthers()]).then(([, states]) => {
  progress.end();
  stdout.write((heldBack ?? []).join(''));
  heldBack = undefined;
  // A production server has no users and clients that everybody knows.
  stdout.write(
    process.env['NODE_ENV'] === 'production'
      ? 'All roles are ready.\n'
      : `\n${banner({ addresses, storage: storage(process.env), without, elsewhere: states, environment: process.env })}`,
  );
  for (const [role, state] of states) if (!state.fits) void waitForOther(role, state.problem);
});

const failure = await supervisor.finished;
stopped.abort();
progress.end();
if (failure !== undefined) {
  for (const line of failure.lines) stderr.write(`${line}\n`);
  if (failure.lines.some((line) => line.includes('is already in use')) && !failure.lines.some((line) => line.includes('embedded')))
    stderr.write('ISSUER, RESOURCE and BASE_URL choose other addresses, for example ISSUER=http://localhost:5000 npm start\n');
}
process.exit(failure === undefined ? 0 : 1);

function readOptions() {
  try {
    const options = readStartOptions(process.argv.slice(2), process.env);
    if (options !== undefined) return options;
    stdout.write(HELP);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    stderr.write(`npm start: ${error.message}\n(npm start -- --help tells more)\n`);
    process.exit(2);
  }
}

async function lookAtOthers(): Promise<Map<RoleName, State>> {
  return new Map(await Promise.all([...elsewhere].map(async (role) => [role, await lookElsewhere(role, addresses)] as const)));
}

/** Ours ask for it whenever they need it: it may be started, or set right, later. */
async function waitForOther(role: RoleName, problem: string): Promise<void> {
  stdout.write(`${role}: somebody else's ${problem}; ours try again whenever they need it\n`);
  if (await untilItFits(role, addresses, stopped.signal)) stdout.write(`${role}: somebody else's is there now\n`);
}

function prefixOf(role: string, index: number): string {
  const name = role.padEnd(Math.max(...specs.map((spec) => spec.name.length)));
  return colour ? `\x1b[${36 - index}m${name} │\x1b[0m ` : `${name} │ `;
}

function storage({ DATABASE_URL, REDIS_URL, DATA_DIR }: NodeJS.ProcessEnv): string {
  const durable = DATABASE_URL ? 'Postgres' : `the embedded database in ${DATA_DIR || '.data/'} (npm run reset starts over)`;
  const shortLived = REDIS_URL ? 'Redis' : 'memory';
  // The client keeps nothing that lasts.
  if (without.has('authorization-server') && without.has('resource-server')) return `Sessions are kept in ${shortLived}.`;
  return `What lasts is kept in ${durable}, what is short-lived in ${shortLived}.`;
}
