import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLES = ['authorization-server', 'resource-server', 'sample-client'];

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  network_mode?: string;
  ports?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  restart?: string;
}

let file: { services: Record<string, Service> };
let services: Record<string, Service>;
const service = (name: string): Service => services[name] ?? {};
const migrations = (): string[] => Object.keys(services).filter((name) => name.startsWith('migrate-'));

beforeAll(async () => {
  // Docker Compose reads merges (`<<`) as YAML 1.1 has them.
  file = parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as typeof file;
  services = file.services;
});

it('is valid by the schema of the Compose Specification', async () => {
  const folder = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const schema = JSON.parse(await readFile(join(folder, 'schemas', 'compose.schema.json'), 'utf8')) as { $schema?: string };
  // Written with https and without a fragment, a name under which Ajv does not know draft 7.
  delete schema.$schema;
  const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true });
  ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
  ajv.addFormat('ports', /^[\d.:-]+(\/(tcp|udp))?$/);
  const validate = ajv.compile(schema);
  expect(validate(file), JSON.stringify(validate.errors, undefined, 2)).toBe(true);
  expect(validate({ services: { broken: { image: 7 } } })).toBe(false);
});

it('can tell of every service whether it is well, but for the jobs that end', () => {
  for (const [name, { healthcheck }] of Object.entries(services)) {
    if (migrations().includes(name)) expect(healthcheck, name).toEqual({ disable: true });
    else expect(healthcheck?.test?.length, name).toBeGreaterThan(1);
  }
});

it('migrates once, before the role starts: the condition that lets `up --wait` take the end of a job for success', () => {
  expect(migrations()).toEqual(['migrate-authorization-server', 'migrate-resource-server']);
  for (const migration of migrations()) {
    const role = migration.replace('migrate-', '');
    expect(service(role).depends_on?.[migration]).toEqual({ condition: 'service_completed_successfully' });
    expect(service(migration).image).toBe(service(role).image);
    expect(service(migration).depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  }
});

describe('the one issuer', () => {
  it('is the same for every role, and so are the resource and the client', () => {
    for (const role of ROLES) {
      expect(service(role).environment, role).toMatchObject({
        ISSUER: 'http://localhost:4000',
        RESOURCE: 'http://localhost:4001',
        BASE_URL: 'http://localhost:4002',
      });
    }
  });

  it('is the same place for a browser and for the roles, which share the namespace whose ports are published', () => {
    for (const role of ROLES) {
      expect(service(role).network_mode, role).toBe('service:localhost');
      expect(service(role).depends_on?.['localhost'], role).toEqual({ condition: 'service_healthy' });
      expect(service(role).ports, role).toBeUndefined();
      expect(service('localhost').ports).toContain(
        `127.0.0.1:${service(role).environment?.['PORT']}:${service(role).environment?.['PORT']}`,
      );
    }
  });

  it('does not depend on a holder that could be restarted under the roles', () => {
    expect(service('localhost').restart).toBeUndefined();
    expect(service('localhost').build).toBeUndefined();
    expect(service('localhost').depends_on).toBeUndefined();
  });
});

it('shows nothing to the network', () => {
  for (const [name, { ports = [] }] of Object.entries(services)) for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
});

it('runs the roles in development mode on Postgres and Redis', () => {
  for (const role of ROLES) {
    expect(service(role).environment, role).toMatchObject({
      NODE_ENV: 'development',
      DATABASE_URL: 'postgres://rolecall:rolecall@postgres:5432/rolecall',
      REDIS_URL: 'redis://redis:6379',
    });
    expect(service(role).build, role).toEqual({ context: '.', dockerfile: `apps/${role}/Dockerfile` });
  }
});

it('waits for what it names: every dependency is a service', () => {
  for (const [name, { depends_on = {} }] of Object.entries(services))
    for (const dependency of Object.keys(depends_on)) expect(Object.keys(services), name).toContain(dependency);
});
