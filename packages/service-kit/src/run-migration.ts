import { problemsOf } from './run-service.ts';

/**
 * Runs a role's migrations as a process: the one-shot job before a deployment. Says in one line what was done, or for each cause why nothing was.
 *
 * @param migrate applies what is pending and answers the names.
 */
export async function runMigration(role: string, migrate: () => Promise<string[]>): Promise<void> {
  try {
    const applied = await migrate();
    process.stdout.write(`${role}: ${applied.length === 0 ? 'no migration is pending' : `applied ${applied.join(', ')}`}\n`);
  } catch (error) {
    for (const problem of problemsOf(error)) process.stderr.write(`${role}: cannot migrate: ${problem}\n`);
    process.exitCode = 1;
  }
}
