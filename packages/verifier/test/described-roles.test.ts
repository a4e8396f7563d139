import { afterAll } from 'vitest';
import { playIssuer } from '../src/resource-server/played-issuer/played-issuer.ts';
import { describeClient, describeResourceServer } from '../src/vitest.ts';
import { ownClient } from './support/own-client.ts';
import { startOwnResourceServer } from './support/own-resource-server.ts';

// As whoever uses them would write it. That what is wrong fails, ./vitest.test.ts shows.
const issuer = await playIssuer({ issuer: 'http://localhost:0' });
const { resource, close } = await startOwnResourceServer(issuer.issuer);
afterAll(async () => {
  await close();
  await issuer.close();
});

describeResourceServer(() => resource, {
  operation: { url: `${resource}/notes`, scope: 'notes:read', usersOnly: true },
  later: () => ({ playIssuer: issuer }),
  introspectionCache: 0,
  only: ['RS-TOK-01', 'RS-JWT'],
});

const { startUrl, ...client } = await ownClient();
describeClient(startUrl, { ...client, only: ['C-CB'] });
