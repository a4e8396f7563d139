import { expect, it } from 'vitest';
import { databaseLocation } from '../src/database-location.ts';

const role = { schema: 'resource_server', directory: '/data/resource-server' };

it('is a folder where there is no address', () => {
  expect(databaseLocation({ databaseUrl: undefined, ...role })).toEqual({ kind: 'embedded', directory: '/data/resource-server' });
});

it('is the server of the address, in the role’s own schema', () => {
  expect(databaseLocation({ databaseUrl: 'postgres://db/app', ...role })).toEqual({
    kind: 'postgres',
    url: 'postgres://db/app',
    schema: 'resource_server',
  });
});

it('is another schema where the address names one, which Postgres itself would not understand', () => {
  expect(databaseLocation({ databaseUrl: 'postgres://db/app?sslmode=require&schema=mine', ...role })).toEqual({
    kind: 'postgres',
    url: 'postgres://db/app?sslmode=require',
    schema: 'mine',
  });
});
