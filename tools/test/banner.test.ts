import { developmentSeeds } from '@rolecall/authorization-server/seeds';
import { expect, it } from 'vitest';
import { banner } from '../dev/banner.ts';
import type { State } from '../dev/elsewhere.ts';
import type { RoleName } from '../ecosystem/roles.ts';

const addresses = { issuer: 'http://localhost:5000', resource: 'http://localhost:5001', client: 'http://localhost:5002' };
const text = banner({ addresses, storage: 'What lasts is kept in memory.' });

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

const elsewhere = (role: RoleName, state: State = { fits: true }) => ({ without: new Set([role]), elsewhere: new Map([[role, state]]) });

it("tells what somebody else's authorization server must know, and nothing of ours", () => {
  const said = banner({
    addresses,
    storage: '',
    ...elsewhere('authorization-server', { fits: false, problem: 'does not answer (ECONNREFUSED)' }),
  });
  expect(said).toMatch(/authorization server +http:\/\/localhost:5000 +somebody else's; does not answer \(ECONNREFUSED\)/);
  expect(said).toMatch(/redirect URI +http:\/\/localhost:5002\/callback/);
  expect(said).toMatch(/resource identifier +http:\/\/localhost:5001 /);
  expect(said).toMatch(/scopes +notes:read notes:write/);
  expect(said).toMatch(/introspection +none, or: INTROSPECTION_CLIENT_ID/);
  expect(said).toMatch(/client +registers itself/);
  expect(said).toContain('npx rolecall doctor --issuer http://localhost:5000');
  for (const ours of ['wonderland', 'sample-service', '/token']) expect(said).not.toContain(ours);
});

it('tells as whom our roles are known there, and no secret', () => {
  const environment = {
    CLIENT_ID: 'notes-app',
    CLIENT_SECRET: 'hunter2',
    INTROSPECTION_CLIENT_ID: 'notes-api',
    INTROSPECTION_CLIENT_SECRET: 'hunter3',
  };
  const said = banner({ addresses, storage: '', environment, ...elsewhere('authorization-server') });
  expect(said).toMatch(/client +notes-app \(CLIENT_ID\)/);
  expect(said).toMatch(/introspection +as notes-api/);
  expect(said).not.toContain('hunter');
});

it("tells what somebody else's resource server and client must know", () => {
  expect(banner({ addresses, storage: '', ...elsewhere('resource-server') })).toMatch(
    /introspection +http:\/\/localhost:5000\/introspect, as resource-server with the secret resource-server-secret/,
  );
  const said = banner({ addresses, storage: '', ...elsewhere('sample-client') });
  expect(said).toMatch(/as sample-client, sample-client-secret +http:\/\/localhost:5002\/callback/);
  expect(said).not.toContain('playground');
});

it('says of a role of which nobody has said where it is that it is left out', () => {
  expect(banner({ addresses, storage: '', without: new Set(['sample-client']) })).toMatch(/^ +sample client +left out$/m);
});
