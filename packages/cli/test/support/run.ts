import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program itself, with `input` on its standard input. */
export async function run(parameters: string[], options: { environment?: Record<string, string>; input?: string } = {}): Promise<Result> {
  const child = spawn(process.execPath, [MAIN, ...parameters], { env: { PATH: process.env['PATH'], ...options.environment } });
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

/** Runs the program at a terminal of its own (`script`, of util-linux), and presses a key as soon as it asks for something. */
export async function runInTerminal(
  parameters: string[],
  key: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const command = [process.execPath, MAIN, ...parameters].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (output.endsWith(': ')) child.stdin.write(key);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
