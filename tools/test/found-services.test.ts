import { findServices, SOURCE_VARIABLE } from '@rolecall/test-services/find-services';
import { describe, expect, it } from 'vitest';

describe('test runs that were started together', () => {
  it('use the services that were found for them, and look no further', async () => {
    const environment = { TEST_DATABASE_URL: 'postgres://db/app', TEST_REDIS_URL: 'redis://redis', [SOURCE_VARIABLE]: 'testcontainers' };
    expect(await findServices(environment)).toMatchObject({
      databaseUrl: 'postgres://db/app',
      redisUrl: 'redis://redis',
      source: 'testcontainers',
    });
  });

  it('know that there are none', async () => {
    expect(await findServices({ [SOURCE_VARIABLE]: 'none' })).toMatchObject({ source: 'none' });
  });
});
