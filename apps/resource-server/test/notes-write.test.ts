import { note as noteSchema } from '@rolecall/contracts/notes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';

let server: TestResourceServer;
beforeAll(async () => {
  server = await startResourceServer();
});
afterAll(() => server.close());

const add = async (json: unknown): Promise<Record<string, string>> =>
  (await (await server.request('/notes', { method: 'POST', json })).json()) as Record<string, string>;

describe('adding a note', () => {
  it('answers 201 with the note and its address, where it is then found', async () => {
    const response = await server.request('/notes', { method: 'POST', json: { title: 'Milk', body: 'Two litres' } });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const note = noteSchema.parse(await response.json());
    expect(note).toMatchObject({ title: 'Milk', body: 'Two litres', created_at: note.updated_at });
    expect(response.headers.get('location')).toBe(`http://localhost:4001/notes/${note.id}`);
    const found = await server.request(`/notes/${note.id}`);
    expect(await found.json()).toEqual(note);
  });

  it('keeps every character as it was sent', async () => {
    const content = { title: "Robert'); DROP TABLE notes;--", body: '<script>\u2028\u{1f4dd}\u0001\r\n"\\%00' };
    expect(await add(content)).toMatchObject(content);
    const longest = { title: '\u{1f4dd}'.repeat(100), body: '\u20ac'.repeat(20_000) };
    expect(await add(longest)).toMatchObject(longest);
  });

  it('takes the longest note with every character escaped', async () => {
    const body = `{"title":"${'\\u20ac'.repeat(200)}","body":"${'\\u20ac'.repeat(20_000)}"}`;
    const response = await server.request('/notes', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(response.status).toBe(201);
  });

  it('has an empty body where none is sent', async () => {
    expect(await add({ title: 'Only a title' })).toMatchObject({ body: '' });
  });
});

describe('changing a note', () => {
  it('replaces all of its content and moves only the time of its last change', async () => {
    const before = await add({ title: 'Before', body: 'to go' });
    server.clock.advance(5);
    const response = await server.request(`/notes/${before.id}`, { method: 'PUT', json: { title: 'After' } });
    expect(response.status).toBe(200);
    const after = noteSchema.parse(await response.json());
    expect(after).toMatchObject({ id: before.id, title: 'After', body: '', created_at: before.created_at });
    expect(Date.parse(after.updated_at) - Date.parse(after.created_at)).toBe(5000);
    expect(await (await server.request(`/notes/${before.id}`)).json()).toEqual(after);
  });
});

describe('deleting a note', () => {
  it('answers 204 without a body, and 404 from then on', async () => {
    const { id } = await add({ title: 'Short-lived' });
    const response = await server.request(`/notes/${id}`, { method: 'DELETE' });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect((await server.request(`/notes/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await server.request(`/notes/${id}`)).status).toBe(404);
  });
});

describe('another user', () => {
  it('finds, changes and deletes nothing of alice’s, with the very answer for a note that never was', async () => {
    const { id } = await add({ title: 'Alice’s own', body: 'private' });
    const bob = await server.authorizationServer.token({ claims: { sub: 'bob' } });
    const never = '6f1c1f6e-0d3b-4b43-9a55-0c8a7b9d2e11';
    for (const options of [{ method: 'GET' }, { method: 'PUT', json: { title: 'Bob’s now' } }, { method: 'DELETE' }]) {
      const [hers, nobodys] = [
        await server.request(`/notes/${id}`, { ...options, token: bob }),
        await server.request(`/notes/${never}`, { ...options, token: bob }),
      ];
      expect(hers.status).toBe(404);
      expect(nobodys.status).toBe(404);
      expect(await hers.text()).toBe(await nobodys.text());
    }
    expect(await (await server.request(`/notes/${id}`)).json()).toMatchObject({ title: 'Alice’s own', body: 'private' });
  });
});
