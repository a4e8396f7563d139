import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readIgnoreRules } from './build-context.ts';
import { type Instruction, lastOf, parseDockerfile, type Stage, words } from './dockerfile.ts';

const run = promisify(execFile);

/** A stage that was carried out: what would be the image's file system, and its settings. */
export interface BuiltStage {
  stage: Stage;
  /** The folder that stands for `/`. */
  root: string;
  workingDirectory: string;
  environment: Record<string, string>;
}

/** Only of the official image of Node 24 it is known what is in it: Node, npm and a shell. This machine's stand in for them. */
const BASE_IMAGE = /^node:24(-[a-z-]+)?$/;

/**
 * Carries out a Dockerfile without Docker, each stage in an empty folder of its own.
 *
 * @param context the folder that is sent to the builder.
 * @param temporary where the stages' folders are made.
 * @returns the last stage: the image.
 * @throws Error when a step fails or is not understood.
 */
export async function buildImage(context: string, dockerfile: string, temporary: string): Promise<BuiltStage> {
  const isSent = await readIgnoreRules(context);
  const built: BuiltStage[] = [];
  for (const stage of parseDockerfile(await readFile(join(context, dockerfile), 'utf8'))) {
    const result = await begin(stage, built, temporary);
    for (const instruction of stage.instructions) await carryOut(instruction, result, built, { context, isSent });
    built.push(result);
  }
  const image = built.at(-1);
  if (image === undefined) throw new Error(`${dockerfile} has no stage`);
  return image;
}

async function begin(stage: Stage, built: readonly BuiltStage[], temporary: string): Promise<BuiltStage> {
  const root = await mkdtemp(join(temporary, `${stage.name || 'image'}-`));
  // Whoever the image runs as has to be able to read it.
  await chmod(root, 0o755);
  const earlier = built.find((each) => each.stage.name === stage.base);
  if (earlier !== undefined) {
    await cp(earlier.root, root, { recursive: true, verbatimSymlinks: true });
    return { ...earlier, stage, root, environment: { ...earlier.environment } };
  }
  if (!BASE_IMAGE.test(stage.base)) throw new Error(`${stage.base} is not the official image of Node 24`);
  const binaries = join(root, 'usr', 'local', 'bin');
  await mkdir(binaries, { recursive: true });
  await copyFile(process.execPath, join(binaries, 'node'));
  return { stage, root, workingDirectory: '/', environment: {} };
}

interface Context {
  context: string;
  isSent: (file: string) => boolean;
}

async function carryOut(instruction: Instruction, target: BuiltStage, built: readonly BuiltStage[], context: Context): Promise<void> {
  switch (instruction.name) {
    case 'WORKDIR':
      target.workingDirectory = resolve(target.workingDirectory, String(instruction.value));
      await mkdir(join(target.root, target.workingDirectory), { recursive: true });
      return;
    case 'ENV':
      Object.assign(target.environment, Object.fromEntries(words(instruction).map((word) => word.split('=', 2))));
      return;
    case 'COPY':
      return copy(instruction, target, built, context);
    case 'RUN':
      await run('sh', ['-c', String(instruction.value)], {
        cwd: join(target.root, target.workingDirectory),
        env: { ...builderEnvironment(), ...target.environment, PATH: pathOf(target) },
      });
      return;
    case 'USER':
    case 'EXPOSE':
    case 'HEALTHCHECK':
    case 'CMD':
      return;
    default:
      throw new Error(`not understood: ${instruction.name}`);
  }
}

async function copy(
  instruction: Instruction,
  target: BuiltStage,
  built: readonly BuiltStage[],
  { context, isSent }: Context,
): Promise<void> {
  const from = instruction.flags['from'];
  const source = from === undefined ? undefined : built.find((each) => each.stage.name === from);
  if (from !== undefined && source === undefined) throw new Error(`there is no stage ${from}`);
  const paths = words(instruction);
  const destination = paths.pop() ?? '';
  const into = join(target.root, resolve(target.workingDirectory, destination));
  for (const path of paths) {
    const file = source === undefined ? join(context, path) : join(source.root, resolve('/', path));
    const isFolder = (await stat(file)).isDirectory();
    // A folder's content is copied, a file goes under its own name into what ends with a slash.
    const end = isFolder || !destination.endsWith('/') ? into : join(into, basename(path));
    await mkdir(dirname(end), { recursive: true });
    const filter = source === undefined ? isSent : () => true;
    if (!filter(file)) throw new Error(`${path} is not sent to the builder (.dockerignore)`);
    await cp(file, end, { recursive: true, verbatimSymlinks: true, filter });
  }
}

/** The image's own Node first, then this machine's npm and shell. */
function pathOf(target: BuiltStage): string {
  return `${join(target.root, 'usr/local/bin')}:${process.env['PATH']}`;
}

/** Nothing of this process may have an effect on a build, but for how the registry is reached. */
function builderEnvironment(): NodeJS.ProcessEnv {
  const passedOn = /^(HOME|npm_config_(registry|cache|userconfig|globalconfig|cafile|.*proxy)|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i;
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
  // The lock file says what is installed, byte for byte: what was downloaded once need not be asked for again.
  return { ...environment, npm_config_prefer_offline: 'true' };
}

/** The command that the image runs, the account that it runs as and the port that it says it listens on. */
export function settingsOf(image: BuiltStage): {
  command: string[];
  user: string | undefined;
  port: string | undefined;
  healthCheck: string;
} {
  const text = (name: string): string | undefined => {
    const instruction = lastOf(image.stage, name);
    return instruction === undefined ? undefined : String(instruction.value);
  };
  const command = lastOf(image.stage, 'CMD');
  return {
    command: command === undefined ? [] : words(command),
    user: text('USER'),
    port: text('EXPOSE'),
    healthCheck: text('HEALTHCHECK') ?? '',
  };
}
