import { Prisma } from '../../generated/prisma/client.ts';
import { StoreUnavailableError } from '../types.ts';

/**
 * What the database answers.
 *
 * @throws StoreUnavailableError when it does not: what was asked has been validated, so a failure is the database's state (down, restarting,
 *   read-only, not migrated) and not the request's fault. A query that Prisma itself refuses is our mistake, and stays what it is.
 */
export async function fromDatabase<Answer>(query: PromiseLike<Answer>): Promise<Answer> {
  try {
    return await query;
  } catch (cause) {
    if (cause instanceof Prisma.PrismaClientValidationError) throw cause;
    throw new StoreUnavailableError('the database cannot be used', { cause });
  }
}
