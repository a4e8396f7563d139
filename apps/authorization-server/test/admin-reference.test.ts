import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/test-server.ts';

describe('the reference of the administration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('is OpenAPI 3.1, and every reference in it leads somewhere', async () => {
    const response = await server.app.inject({ url: '/admin/openapi.json' });
    const document = response.json();
    expect(document.openapi).toBe('3.1.0');
    const references = [...response.body.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference as string);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
      expect(document.components.schemas, reference).toHaveProperty(name as string);
    }
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods as object).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes what is served and nothing else', async () => {
    const { paths } = (await server.app.inject({ url: '/admin/openapi.json' })).json();
    for (const [path, methods] of Object.entries(paths)) {
      const url = `/admin${path.replaceAll(/\{\w+\}/g, 'x')}`;
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const expected = method.toLowerCase() in (methods as object) ? 401 : 405;
        expect((await server.app.inject({ method, url })).statusCode, `${method} ${path}`).toBe(expected);
      }
    }
  });

  it('names every member that is checked, and refuses others', async () => {
    const { schemas } = (await server.app.inject({ url: '/admin/openapi.json' })).json().components;
    expect(schemas.NewUser).toMatchObject({ required: ['username', 'name', 'password'], additionalProperties: false });
    expect(Object.keys(schemas.Client.properties)).toEqual(expect.arrayContaining(['client_id', 'redirect_uris', 'jwks', 'tos_uri']));
    expect(schemas.Client.properties).not.toHaveProperty('secrets');
  });

  it('has in answers what a request may leave out, and what a limit may be', async () => {
    const { paths, components } = (await server.app.inject({ url: '/admin/openapi.json' })).json();
    expect(components.schemas.Resource.required).toEqual(
      expect.arrayContaining(['access_token_format', 'signing_algorithm', 'is_default', 'resource_servers']),
    );
    expect(components.schemas.ResourceContent.required).toEqual(['name', 'scopes']);
    expect(JSON.stringify(components.schemas.ConfigurationClient)).toContain('date-time');
    const limit = paths['/clients'].get.parameters.find(({ name }: { name: string }) => name === 'limit');
    const pattern = new RegExp(limit.schema.pattern);
    for (const [text, isGood] of [
      ['1', true],
      ['20', true],
      ['100', true],
      ['0', false],
      ['101', false],
      ['x', false],
    ] as const)
      expect(pattern.test(text), text).toBe(isGood);
  });

  it('is a page without scripts, under a policy that allows none', async () => {
    const { headers, body, statusCode } = await server.app.inject({ url: '/admin/reference' });
    expect(statusCode).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(body).not.toMatch(/<script|<style| style=| on\w+=/);
    for (const [, anchor] of body.matchAll(/href="#([^"]+)"/g)) expect(body).toContain(`id="${anchor}"`);
    expect(body).toContain('PATCH /clients/{client_id}');
  });
});
