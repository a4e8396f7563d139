import { notePage, note as noteSchema } from '@rolecall/contracts/notes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredNote } from '../src/stores/types.ts';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
});
afterAll(() => server.close());

const tokenOf = (sub: string, claims: Record<string, unknown> = {}) => server.authorizationServer.token({ claims: { sub, ...claims } });
const listOf = async (sub: string) => notePage.parse(await (await server.request('/notes', { token: await tokenOf(sub) })).json());
const addFor = async (sub: string, title: string) =>
  noteSchema.parse(await (await server.request('/notes', { method: 'POST', token: await tokenOf(sub), json: { title } })).json());

describe('a list of notes', () => {
  it('is empty for a user who has none', async () => {
    expect(await listOf('nobody')).toEqual({ notes: [] });
  });

  it('has the newest first', async () => {
    for (const title of ['first', 'second', 'third']) {
      server.clock.advance(1);
      await addFor('carol', title);
    }
    expect((await listOf('carol')).notes.map(({ title }) => title)).toEqual(['third', 'second', 'first']);
  });

  it('has a user’s own notes only', async () => {
    const [hers, his] = [await addFor('alice', 'Alice’s'), await addFor('bob', 'Bob’s')];
    expect((await listOf('alice')).notes).toEqual([hers]);
    expect((await listOf('bob')).notes).toEqual([his]);
    for (const other of ['Alice', 'alice ', 'ALICE', 'alic', 'alice%', '%'])
      expect((await listOf(other)).notes, `for ${other}`).toEqual([]);
  });

  it('is the same whichever client the user sends', async () => {
    const note = await addFor('dora', 'One of mine');
    const token = await tokenOf('dora', { client_id: 'sample-cli' });
    expect(await (await server.request(`/notes/${note.id}`, { token })).json()).toEqual(note);
  });

  it('identifies a user by issuer and subject: the same subject of another issuer is somebody else', async () => {
    const { issuer } = server.authorizationServer;
    const now = new Date(server.clock.now());
    const note = (id: string, title: string): StoredNote => ({ id, title, body: '', createdAt: now, updatedAt: now });
    const [here, there] = ['0b0c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11', '0b0c1f6e-0d3b-4b43-9a55-0c8a7b9d2e12'];
    await server.stores.notes.create({ issuer, subject: 'erin' }, note(here, 'from here'));
    await server.stores.notes.create({ issuer: 'https://other.example', subject: 'erin' }, note(there, 'from there'));
    expect((await listOf('erin')).notes.map(({ title }) => title)).toEqual(['from here']);
    const token = await tokenOf('erin');
    expect((await server.request(`/notes/${there}`, { token })).status).toBe(404);
    expect((await server.request(`/notes/${there}`, { token, method: 'DELETE' })).status).toBe(404);
    expect(await server.stores.notes.find({ issuer: 'https://other.example', subject: 'erin' }, there)).toMatchObject({
      title: 'from there',
    });
  });
});

describe('one note', () => {
  it('has exactly the members of its contract, with times in UTC', async () => {
    const { id } = await addFor('frank', 'Exactly');
    const response = await server.request(`/notes/${id}`, { token: await tokenOf('frank') });
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
    const note = noteSchema.parse(await response.json());
    expect(Date.parse(note.created_at)).toBe(server.clock.now());
  });

  it('is found by its id in capitals, too', async () => {
    const { id } = await addFor('frank', 'Capitals');
    expect((await server.request(`/notes/${id.toUpperCase()}`, { token: await tokenOf('frank') })).status).toBe(200);
  });

  it.each([
    'x',
    '1',
    '%00',
    '..%2f..%2fetc',
    "' OR 1=1",
    '6f1c1f6e-0d3b-4b43-9a55',
    '[object Object]',
    '__proto__',
    '%F0%9F%93%9D',
    'z'.repeat(200),
  ])('with the malformed id %.20s is not there', async (id) => {
    for (const options of [{ method: 'GET' }, { method: 'DELETE' }, { method: 'PUT', json: { title: 'x' } }]) {
      const response = await server.request(`/notes/${id}`, options);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: 'not_found' });
    }
  });
});

describe('HEAD', () => {
  it('answers as GET does, without the body', async () => {
    const response = await server.request('/notes', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect((await server.request('/notes', { method: 'HEAD', token: null })).status).toBe(401);
  });
});
