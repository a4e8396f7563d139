/** Where a role's durable data is: a Postgres server, or a folder (`memory://` for none) that the embedded Postgres works in. */
export type DatabaseLocation =
  { kind: 'postgres'; url: string; schema: string } | { kind: 'embedded'; directory: string; loadDataDir?: Blob };

/**
 * Postgres where there is an address, else the embedded one in `directory`.
 * A `?schema=` in the address wins over the role's own schema name, as in Prisma's own connection strings.
 */
export function databaseLocation(options: { databaseUrl: string | undefined; schema: string; directory: string }): DatabaseLocation {
  if (options.databaseUrl === undefined) return { kind: 'embedded', directory: options.directory };
  const url = new URL(options.databaseUrl);
  const schema = url.searchParams.get('schema') ?? options.schema;
  url.searchParams.delete('schema');
  return { kind: 'postgres', url: url.toString(), schema };
}
