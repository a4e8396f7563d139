import { parseArgs } from 'node:util';
import { type OperationName, operationNames } from './operations.ts';

export interface BenchOptions {
  rounds: number;
  /** Of each operation on each server in each round. */
  seconds: number;
  operations: readonly OperationName[];
  /** Compare guards of resource servers, too. */
  guard: boolean;
  /** Where the results are written as JSON. */
  json: string | undefined;
  /** End with a failure when a bar is missed. */
  assert: boolean;
}

/** What `--only` calls the comparison of guards. */
const GUARD = 'guard';

/** @throws Error in words, when the command line is not one. */
export function readOptions(parameters: string[]): BenchOptions {
  const { values } = parseArgs({
    args: parameters,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1.5' },
      only: { type: 'string' },
      json: { type: 'string' },
      assert: { type: 'boolean', default: false },
    },
  });
  const known: readonly string[] = [...operationNames, GUARD];
  const names = values.only?.split(',') ?? known;
  for (const name of names) if (!known.includes(name)) throw new Error(`--only: "${name}" is none of ${known.join(', ')}`);
  return {
    rounds: between(values.rounds, 1, 50, '--rounds'),
    seconds: between(values.seconds, 0.2, 20, '--seconds'),
    operations: names.filter((name) => name !== GUARD) as OperationName[],
    guard: names.includes(GUARD),
    json: values.json,
    assert: values.assert,
  };
}

function between(text: string, minimum: number, maximum: number, name: string): number {
  const value = Number(text);
  if (value >= minimum && value <= maximum) return value;
  throw new Error(`${name} must be a number from ${minimum} to ${maximum} (it is "${text}")`);
}
