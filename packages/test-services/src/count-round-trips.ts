import { Redis } from 'ioredis';
import pg from 'pg';

/** What went to the stores, in order: the text of each statement, the name of each command. */
export interface RoundTrips {
  sql: string[];
  redis: string[];
}

/**
 * Counts, from now on and for as long as this process lives, what it sends to Postgres and Redis, where it leaves: at the drivers.
 *
 * @returns what answers all that was counted since it was last asked.
 */
export function countRoundTrips(): () => RoundTrips {
  let counted: RoundTrips = { sql: [], redis: [] };

  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: [statement: string | { text?: string }]) {
    const [statement] = parameters;
    counted.sql.push(typeof statement === 'string' ? statement : String(statement.text));
    return query.apply(this, parameters as never) as never;
  } as typeof query;

  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function (this: Redis, ...parameters) {
    counted.redis.push(parameters[0].name);
    return sendCommand.apply(this, parameters);
  };

  return () => {
    const taken = counted;
    counted = { sql: [], redis: [] };
    return taken;
  };
}
