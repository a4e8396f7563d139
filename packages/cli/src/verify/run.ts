import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Finding } from '@rolecall/verifier/finding';
import { type ProfileName, profilesByName } from '@rolecall/verifier/profiles';
import { isConformant, type Report } from '@rolecall/verifier/report';
import { renderHtml } from '@rolecall/verifier/reporters/html/page';
import { renderJson } from '@rolecall/verifier/reporters/json';
import { renderJunit } from '@rolecall/verifier/reporters/junit';
import { showProgress } from '@rolecall/verifier/reporters/progress';
import { renderTerminal } from '@rolecall/verifier/reporters/terminal';
import { conclusion } from '@rolecall/verifier/reporters/words';
import type { Progress, Selection } from '@rolecall/verifier/run-suite';
import { Failure } from '../failure.ts';
import { printable } from '../output.ts';

/** What every role's command line may say. */
export interface CommonFlags {
  profile?: ProfileName[];
  only?: string[];
  skip: Record<string, string>;
  json?: string;
  junit?: string;
  html?: string;
  strict?: boolean;
  /** Seconds. */
  timeout?: number;
}

const NOT_CONFORMANT = 1;
const NOT_VERIFIED = 2;

/** Runs a verification, shows its report, writes the files that were asked for and sets the exit code. */
export async function run(
  flags: CommonFlags,
  verify: (options: Selection & Progress & { timeout?: number }) => Promise<Report>,
): Promise<void> {
  const { profile = [], only, skip, timeout, strict = false } = flags;
  const { onStart, onTrial, end } = showProgress(process.stderr);
  try {
    const profiles = [...new Set(profile.flatMap((name) => profilesByName[name]))];
    const report = await verify({ profiles, skip, onStart, onTrial, ...(only && { only }), ...(timeout && { timeout: timeout * 1_000 }) });
    end();
    process.stdout.write(renderTerminal(report, { strict, colour: process.stdout.isTTY && process.stdout.hasColors() }));
    await write(flags.json, () => renderJson(report, { strict }));
    await write(flags.junit, () => renderJunit(report, { strict }));
    await write(flags.html, () => renderHtml(report, { strict }));
    if (conclusion(report, { strict }) === 'nothing could be verified') process.exitCode = NOT_VERIFIED;
    else if (!isConformant(report, { strict })) process.exitCode = NOT_CONFORMANT;
  } catch (error) {
    end();
    if (!isExplained(error)) throw error;
    process.stderr.write(`Nothing was verified: ${printable(error.message)}\n`);
    process.exitCode = NOT_VERIFIED;
  }
}

/** What a person can understand without a stack trace: the verifier says in a sentence what it cannot go on without; what is more special is a mistake of its own. */
const isExplained = (error: unknown): error is Error =>
  error instanceof Finding || error instanceof Failure || (error instanceof Error && error.constructor === Error);

async function write(file: string | undefined, render: () => string): Promise<void> {
  if (file === undefined) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, render());
  } catch (cause) {
    throw new Failure(`The report could not be written: ${(cause as Error).message}`, [], { cause });
  }
}
