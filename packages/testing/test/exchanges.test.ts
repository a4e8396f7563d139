import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ecosystem, type Exchange, startEcosystem } from '../src/start-ecosystem.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem();
});
beforeEach(() => ecosystem.forgetExchanges());
afterAll(() => ecosystem.close());

const pathOf = ({ request }: Exchange): string => new URL(request.url).pathname;
const arrow = (each: Exchange): string =>
  `${each.from} > ${each.to} ${each.request.method} ${pathOf(each).replace(/(authorize)\/.*/, '$1/:id')}`;

async function codeFlow(): Promise<void> {
  const browser = await ecosystem.openBrowser('alice');
  const home = await browser.open(ecosystem.client);
  const notes = await browser.open(home.document.querySelector('a.button')?.getAttribute('href') ?? '');
  expect(notes.document.querySelector('h1')?.text).toBe('Your notes');
}

describe('the record of a code flow', () => {
  it('has all four lanes, each request once, in the order in which they were sent', async () => {
    await codeFlow();
    const arrows = ecosystem.exchanges().map(arrow);
    const lanes = new Set(ecosystem.exchanges().flatMap(({ from, to }) => [from, to]));
    expect([...lanes].sort()).toEqual(['authorization-server', 'browser', 'client', 'resource-server']);
    const flow = [
      'browser > client GET /',
      'browser > authorization-server GET /authorize',
      'browser > authorization-server POST /login',
      'browser > authorization-server POST /consent',
      'browser > client GET /callback',
      'client > authorization-server POST /token',
      'browser > client GET /notes',
      'client > resource-server GET /notes',
      'resource-server > authorization-server GET /jwks',
    ];
    expect(arrows.filter((each) => flow.includes(each))).toEqual(flow);
    for (const each of flow) expect(arrows.filter((other) => other === each)).toHaveLength(1);
  });

  it('joins what was caused by one request: the API’s question is in the trace of the page', async () => {
    await codeFlow();
    const page = ecosystem.exchanges().findLast((each) => arrow(each) === 'browser > client GET /notes');
    const call = ecosystem.exchanges().findLast((each) => arrow(each) === 'client > resource-server GET /notes');
    expect(call).toMatchObject({ traceId: page?.traceId, parentSpanId: page?.spanId, response: { status: 200 } });
  });

  it('has nothing secret in it, unless it is asked for', async () => {
    const tokens = await ecosystem.tokensFor('alice', { scope: 'notes:read' });
    await codeFlow();
    const shown = JSON.stringify(ecosystem.exchanges());
    for (const secret of ['wonderland', 'sample-client-secret', tokens.access_token, String(tokens.refresh_token)]) {
      expect(shown).not.toContain(secret);
    }
    const all = JSON.stringify(ecosystem.exchanges({ secrets: true }));
    expect(all).toContain('wonderland');
    expect(all).toContain(tokens.access_token);
  });

  it('is a copy: who changes it changes nothing', async () => {
    await codeFlow();
    for (const each of ecosystem.exchanges({ secrets: true })) each.request.url = 'changed';
    expect(JSON.stringify(ecosystem.exchanges())).not.toContain('"changed"');
  });
});

it('fetchAs puts your own client and API into the record', async () => {
  const asApi = ecosystem.fetchAs('resource-server');
  await (await asApi(`${ecosystem.issuer}/jwks`)).text();
  expect(ecosystem.exchanges().map(arrow)).toEqual(['resource-server > authorization-server GET /jwks']);
});
