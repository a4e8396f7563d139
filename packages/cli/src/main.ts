#!/usr/bin/env node
import { CommanderError } from 'commander';
import { Failure } from './failure.ts';
import { printable } from './output.ts';
import { createProgram } from './program.ts';

/** Nothing was done because the server refused or did not answer; because the command line makes no sense. */
const FAILED = 1;
const MISUSED = 2;

try {
  await createProgram(process.env).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // It has told the reason itself; help that was asked for is no mistake.
    process.exitCode = error.exitCode === 0 ? 0 : MISUSED;
  } else if (error instanceof Failure) {
    for (const line of [error.message, ...error.details.map((detail) => `  ${detail}`)]) process.stderr.write(`${printable(line)}\n`);
    process.exitCode = FAILED;
  } else throw error;
}
