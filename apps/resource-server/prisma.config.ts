import { defineConfig } from 'prisma/config';

/** Where Prisma's command line finds things. The address of the database is the service's own business: it is never needed here. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
