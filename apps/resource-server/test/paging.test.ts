import { notePage } from '@rolecall/contracts/notes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';

const COUNT = 45;

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
  for (let number = 1; number <= COUNT; number++) {
    // Three at a time are of the same moment: the id has to tell them apart.
    if (number % 3 === 0) server.clock.advance(1);
    await server.request('/notes', { method: 'POST', json: { title: `note ${number}` } });
  }
});
afterAll(() => server.close());

const page = async (query: string) => notePage.parse(await (await server.request(`/notes${query}`)).json());

async function allPages(limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  for (let query = `?limit=${limit}`; ;) {
    const { notes, next_cursor } = await page(query);
    pages.push(notes.map(({ id }) => id));
    if (next_cursor === undefined) return pages;
    query = `?limit=${limit}&cursor=${next_cursor}`;
  }
}

describe('paging', () => {
  it('gives 20 where no number is asked for, and up to 100', async () => {
    expect((await page('')).notes).toHaveLength(20);
    expect((await page('?limit=1')).notes).toHaveLength(1);
    expect((await page('?limit=100')).notes).toHaveLength(COUNT);
  });

  it.each([1, 2, 7, 15, 44, 45, 46])('gives every note exactly once in pages of %d, in the order of the whole list', async (limit) => {
    const [whole] = await allPages(100);
    const pages = await allPages(limit);
    expect(pages.flat()).toEqual(whole);
    expect(new Set(pages.flat()).size).toBe(COUNT);
    expect(pages).toHaveLength(Math.ceil(COUNT / limit));
  });

  it('is not disturbed by notes that come and go meanwhile', async () => {
    const first = await page('?limit=10');
    const added = await server.request('/notes', { method: 'POST', json: { title: 'newer than the first page' } });
    const path = new URL(added.headers.get('location') as string).pathname;
    const whole = (await page('?limit=100')).notes.map(({ id }) => id);
    const second = await page(`?limit=10&cursor=${first.next_cursor}`);
    expect(second.notes.map(({ id }) => id)).toEqual(whole.slice(11, 21));
    expect((await server.request(path, { method: 'DELETE' })).status).toBe(204);
    expect(await page(`?limit=10&cursor=${first.next_cursor}`)).toEqual(second);
  });

  it('takes a cursor only into its bearer’s own notes', async () => {
    const { next_cursor } = await page('?limit=10');
    const token = await server.authorizationServer.token({ claims: { sub: 'bob' } });
    const response = await server.request(`/notes?cursor=${next_cursor}`, { token });
    expect(await response.json()).toEqual({ notes: [] });
  });

  const encoded = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const id = '6f1c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11';

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=-1',
    '?limit=1.5',
    '?limit=1e1',
    '?limit=0x10',
    '?limit=+5',
    '?limit=%2B5',
    '?limit= 5',
    '?limit=05',
    '?limit=',
    '?limit',
    '?limit=all',
    '?limit=NaN',
    '?limit=99999999999999999999',
    '?limit=\u0665',
    '?limit=5&limit=5',
    '?limit[]=5',
    '?limit=5&offset=10',
    '?page=2',
    '?LIMIT=5',
    '?__proto__=5',
    '?constructor=5',
    '?toString=5',
    '?=',
    '?limit=%',
    '?limit=%zz',
    '?limit=%ff',
    '?limit=5%00',
    '?%00=5',
    `?${'a=1&'.repeat(200)}`,
    '?cursor=',
    '?cursor=abc',
    '?cursor=null',
    `?cursor=${'A'.repeat(5000)}`,
    `?cursor=${encoded('[')}`,
    `?cursor=${encoded(null)}`,
    `?cursor=${encoded([])}`,
    `?cursor=${encoded([0])}`,
    `?cursor=${encoded([0, 'x'])}`,
    `?cursor=${encoded([0, id, 1])}`,
    `?cursor=${encoded(['0', id])}`,
    `?cursor=${encoded([-1, id])}`,
    `?cursor=${encoded([0.5, id])}`,
    `?cursor=${encoded([8.64e15, id])}`,
    `?cursor=${encoded([1e300, id])}`,
    `?cursor=${encoded([0, `${id}' OR '1'='1`])}`,
    `?cursor=${encoded([0, id])}&cursor=${encoded([0, id])}`,
  ])('refuses %.60s', async (query) => {
    const response = await server.request(`/notes${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('says which parameter is wrong, and why', async () => {
    const response = await server.request('/notes?limit=500&offset=3');
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: 'the query is not valid',
      details: expect.arrayContaining([
        { field: 'limit', problem: 'must be a whole number from 1 to 100' },
        { field: 'offset', problem: 'is not known here' },
      ]),
    });
  });

  it('gives nothing after the last possible place, and everything after the first', async () => {
    expect((await page(`?limit=100&cursor=${encoded([0, id])}`)).notes).toEqual([]);
    expect((await page(`?limit=100&cursor=${encoded([253_402_300_799_999, id])}`)).notes).toHaveLength(COUNT);
  });
});
