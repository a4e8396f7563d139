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
