import { developmentSeeds } from '@rolecall/authorization-server/seeds';
import { expect, it } from 'vitest';
import { banner } from '../dev/banner.ts';

const addresses = { issuer: 'http://localhost:5000', resource: 'http://localhost:5001', client: 'http://localhost:5002' };
const text = banner(addresses, 'What lasts is kept in memory.');

it('tells every address, user, password, client and secret that is seeded', () => {
  const { users, clients } = developmentSeeds();
  const facts = [
    ...Object.values(addresses),
    ...users.flatMap((user) => [user.username, user.password]),
    ...clients.flatMap((client) => [client.id, client.secret ?? 'no secret']),
  ];
  for (const fact of facts) expect(text).toContain(fact);
});

it('has a command that can be copied as it is', () => {
  expect(text.split('\n')).toContain(
    'curl -s http://localhost:5000/token -u sample-service:sample-service-secret -d grant_type=client_credentials -d scope=notes:read -d resource=http://localhost:5001',
  );
});

it('fits a terminal, but for lines that are meant to be copied', () => {
  for (const line of text.split('\n').filter((each) => !each.startsWith('curl'))) expect(line.length, line).toBeLessThanOrEqual(118);
});
