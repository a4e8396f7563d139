import document from '@rolecall/contracts/documents/client.openapi.json' with { type: 'json' };
import { pathsOf } from '@rolecall/contracts/test-support/route-of';
import { createWireCheck, type Document } from '@rolecall/contracts/test-support/wire-check';
import { start } from '@rolecall/sample-client/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Here, because the client itself knows nothing of the contract.
const documented = document as unknown as Document;
const wire = createWireCheck(documented);

type App = Awaited<ReturnType<typeof start>>['app'];

let app: App;
beforeAll(async () => {
  ({ app } = await start({ BASE_URL: 'https://client.example', TRUSTED_PROXIES: '127.0.0.1', LAB: 'false', LOG_LEVEL: 'silent' }));
});
afterAll(() => app.close());

/** Sends a request that the document allows, and holds the answer against it. */
async function get(url: string, status: number, isAllowed = true): Promise<void> {
  const { statusCode, headers, body } = await app.inject({
    url,
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
  });
  const request = { method: 'GET', url };
  expect(wire.problemsOf(request, { status: statusCode, headers, body }), `${url} ${statusCode} ${body}`).toEqual([]);
  expect(statusCode).toBe(status);
  expect(wire.problemsOfRequest(request).length === 0, url).toBe(isAllowed);
}

describe('the client’s document', () => {
  it('is what it answers', async () => {
    await get('/callback?code=made-up&state=unknown&iss=https%3A%2F%2Fas.example&unknown=ignored', 303);
    await get('/callback?error=access_denied&error_description=No.&state=unknown', 303);
    await get('/callback?error=%22&state=unknown', 303, false);
    await get('/callback?code=made-up', 303, false);
    await get('/callback?state=%zz', 400);
    await get('/client-metadata.json', 200);
    await get('/health/live', 200);
    await get('/health/ready', 200);
    // Its store is this process's memory, which does not fail.
    expect(wire.notSeen()).toEqual(['get /health/ready 503']);
  });

  it('has no path that is not there, and all that are not its pages', () => {
    const PAGES = /^\/$|^\/(?:notes|device|service|spa|spa-\w+|sign-in|logout|logged-out|connect|api|assets)(?:[/.]|$)|^\*$/;
    const served = pathsOf(app.printRoutes({ commonPrefix: false })).filter((path) => !PAGES.test(path));
    expect(served).toEqual(Object.keys(documented.paths).sort());
  });
});
