import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ecosystem, type Page, startEcosystem } from '../src/start-ecosystem.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem();
});
beforeEach(() => ecosystem.clock.reset());
afterAll(() => ecosystem.close());

const notesWith = async (token: string): Promise<{ status: number; challenge: string | null }> => {
  const response = await fetch(`${ecosystem.resource}/notes`, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return { status: response.status, challenge: response.headers.get('www-authenticate') };
};

const introspect = async (token: string): Promise<unknown> => {
  const response = await fetch(`${ecosystem.issuer}/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: 'resource-server', client_secret: 'resource-server-secret' }),
  });
  return ((await response.json()) as { active: boolean }).active;
};

/** Where the link of the client's first page leads. */
const link = (page: Page): string => page.document.querySelector('a.button')?.getAttribute('href') ?? '';

describe('the clock', () => {
  it('makes a token expire at the resource server and at the authorization server, together', async () => {
    const token = await ecosystem.tokenFor('alice', { scope: 'notes:read' });
    expect(await notesWith(token)).toMatchObject({ status: 200 });
    expect(await introspect(token)).toBe(true);
    ecosystem.clock.advance(3_600);
    expect(await notesWith(token)).toEqual({ status: 401, challenge: expect.stringContaining('error="invalid_token"') as string });
    expect(await introspect(token)).toBe(false);
  });

  it('goes back, too', async () => {
    ecosystem.clock.advance(3_600);
    const token = await ecosystem.tokenFor('alice', { scope: 'notes:read' });
    expect(await notesWith(token)).toMatchObject({ status: 200 });
    // Issued in an hour from now: nobody takes that.
    ecosystem.clock.reset();
    expect(await notesWith(token)).toMatchObject({ status: 401 });
  });

  it('moves the client: it refreshes what has expired, and shows the notes as before', async () => {
    const browser = await ecosystem.openBrowser('alice');
    const notes = await browser.open(link(await browser.open(ecosystem.client)));
    expect(notes.url).toBe(`${ecosystem.client}/notes`);
    ecosystem.forgetExchanges();
    ecosystem.clock.advance(3_600);
    expect((await browser.open(`${ecosystem.client}/notes`)).status).toBe(200);
    const refreshed = ecosystem.exchanges().filter(({ request }) => request.body?.includes('grant_type=refresh_token'));
    expect(refreshed).toMatchObject([{ from: 'client', to: 'authorization-server', response: { status: 200 } }]);
  });

  it('tells the time that the roles have', () => {
    const before = ecosystem.clock.now();
    ecosystem.clock.advance(86_400);
    expect(ecosystem.clock.offset).toBe(86_400);
    expect(ecosystem.clock.now() - before).toBeGreaterThanOrEqual(86_400_000);
    expect(ecosystem.clock.now() - before).toBeLessThan(86_460_000);
  });
});
