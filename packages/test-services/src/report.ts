import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

/** What ran on one kind of stores. */
export interface ReportRow {
  /** The Vitest project's name (`embedded`, `services`); empty where tests use no stores. */
  stores: string;
  passed: number;
  failed: number;
  skipped: number;
  /** Time spent in test files, in milliseconds. */
  milliseconds: number;
}

/** What one run of a project's tests leaves behind, for the table over all projects. */
export interface Report {
  /** When the run began, in milliseconds since the epoch. */
  startedAt: number;
  rows: ReportRow[];
  failures: Failure[];
}

/** A test that failed, or a file or a group of tests whose own code did. */
export interface Failure {
  /** Vitest project, file, groups and test. */
  name: string;
  /** Without colours. */
  message: string;
}

/** Writes a {@link Report} as JSON. Vitest's own JSON does not say in which of its projects a test ran. */
export function reportTo(file: string): Reporter {
  const startedAt = Date.now();
  let path = file;
  return {
    onInit: (vitest) => {
      path = resolve(vitest.config.root, file);
    },
    onTestRunEnd: async (modules, unhandledErrors) => {
      const rows = new Map<string, ReportRow>();
      const failures: Failure[] = unhandledErrors.map((error) => failure('outside of all tests', error));
      for (const module of modules) {
        const stores = module.project.name;
        const row = rows.get(stores) ?? { stores, passed: 0, failed: 0, skipped: 0, milliseconds: 0 };
        rows.set(stores, row);
        count(module, row);
        failures.push(...failuresOf(module));
      }
      const [first] = rows.values();
      if (first) first.failed += unhandledErrors.length;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify({ startedAt, rows: [...rows.values()], failures } satisfies Report));
    },
  };
}

function count(module: TestModule, row: ReportRow): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') row.passed++;
    else if (state === 'skipped') row.skipped++;
    else row.failed++;
  }
  // A file that could not be loaded, or a hook that failed, has errors but no failed test of its own.
  row.failed += module.errors().length;
  for (const suite of module.children.allSuites()) row.failed += suite.errors().length;
  row.milliseconds += module.diagnostic().duration;
}

function failuresOf(module: TestModule): Failure[] {
  const file = [module.project.name, module.relativeModuleId].filter((part) => part !== '').join(' ');
  return [
    ...module.errors().map((error) => failure(file, error)),
    ...[...module.children.allSuites()].flatMap((suite) => suite.errors().map((error) => failure(`${file} > ${suite.fullName}`, error))),
    ...[...module.children.allTests()].flatMap((test) =>
      (test.result().errors ?? []).map((error) => failure(`${file} > ${test.fullName}`, error)),
    ),
  ];
}

/** What was thrown may be anything, and have no message. */
function failure(name: string, { message = 'there is no message' }: { message?: string }): Failure {
  return { name, message: stripVTControlCharacters(message) };
}
