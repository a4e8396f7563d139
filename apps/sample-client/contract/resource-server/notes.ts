import type { Expectation, PactInMaking } from '@rolecall/contract-testing/define-pact';
import { eachLike, fromProviderState, regex, string } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { expect, it } from 'vitest';
import { BEARER, bearer, notesApi } from '../support/notes-api.ts';
import { consented } from '../support/sample-client.ts';

const NOTE_ID = '7e2f4b0c-1f9d-4a39-9c1c-0c8f6a1f6f10';

const note = {
  id: regex('^[A-Za-z0-9_-]{1,64}$', NOTE_ID),
  title: string('A title'),
  body: string('What is written'),
  created_at: regex('^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d([.]\\d+)?Z$', '2026-01-01T00:00:00.000Z'),
};

export function notesContract(pact: PactInMaking): void {
  it('reads the first page of notes, and that there are more', () =>
    pact.verify(
      {
        given: [consented(), given('notes written', { count: 21 })],
        uponReceiving: 'a request for the notes',
        withRequest: { method: 'GET', path: '/notes', headers: { ...BEARER, accept: 'application/json' } },
        willRespondWith: { status: 200, body: { notes: eachLike(note), next_cursor: string('a-cursor') } },
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).list(bearer, undefined)).toMatchObject({
          kind: 'done',
          value: { notes: [{ id: NOTE_ID }], next_cursor: 'a-cursor' },
        });
      },
    ));

  it('reads the page after it', () =>
    pact.verify(
      {
        given: [consented(), given('notes written', { count: 2 })],
        uponReceiving: 'a request for older notes',
        withRequest: { method: 'GET', path: '/notes', query: { cursor: fromProviderState('${cursor}', 'a-cursor') }, headers: BEARER },
        willRespondWith: { status: 200, body: { notes: eachLike(note) } },
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).list(bearer, 'a-cursor')).toMatchObject({ kind: 'done', value: { notes: [{ id: NOTE_ID }] } });
      },
    ));

  it('adds a note', () =>
    pact.verify(
      {
        given: [consented()],
        uponReceiving: 'a new note',
        withRequest: newNote({ title: 'A title', body: 'What is written' }),
        willRespondWith: { status: 201, body: { ...note, title: 'A title', body: 'What is written' } },
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).add(bearer, { title: 'A title', body: 'What is written' })).toMatchObject({ kind: 'done' });
      },
    ));

  it('removes a note', () =>
    pact.verify(
      {
        given: [consented(), given('notes written', { count: 1 })],
        uponReceiving: 'the removal of a note',
        withRequest: { method: 'DELETE', path: fromProviderState('/notes/${noteId}', `/notes/${NOTE_ID}`), headers: BEARER },
        willRespondWith: { status: 204 },
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).remove(bearer, NOTE_ID)).toMatchObject({ kind: 'done' });
      },
    ));
}

export function refusedNotesContract(pact: PactInMaking): void {
  it('learns why a note is not accepted', () =>
    pact.verify(
      {
        given: [consented()],
        uponReceiving: 'a new note without a title',
        withRequest: newNote({ title: '', body: 'What is written' }),
        willRespondWith: refused(400),
      },
      async (fetchFromMock) => {
        const answer = await notesApi(fetchFromMock).add(bearer, { title: '', body: 'What is written' });
        expect(answer).toEqual({ kind: 'refused', status: 400, reason: 'a reason' });
      },
    ));

  it('learns that a page is not there', () =>
    pact.verify(
      {
        given: [consented()],
        uponReceiving: 'a request for notes behind a cursor that is none',
        withRequest: { method: 'GET', path: '/notes', query: { cursor: 'not a cursor' }, headers: BEARER },
        willRespondWith: refused(400),
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).list(bearer, 'not a cursor')).toMatchObject({ kind: 'refused', status: 400 });
      },
    ));

  it('learns that a note is gone', () =>
    pact.verify(
      {
        given: [consented()],
        uponReceiving: 'the removal of a note that is not there',
        withRequest: { method: 'DELETE', path: `/notes/${NOTE_ID}`, headers: BEARER },
        willRespondWith: refused(404),
      },
      async (fetchFromMock) => {
        expect(await notesApi(fetchFromMock).remove(bearer, NOTE_ID)).toMatchObject({ kind: 'refused', status: 404 });
      },
    ));
}

const newNote = (body: { title: string; body: string }): Expectation['withRequest'] => ({
  method: 'POST',
  path: '/notes',
  headers: { ...BEARER, 'content-type': 'application/json' },
  body,
});

const refused = (status: 400 | 404): Expectation['willRespondWith'] => ({ status, body: { error_description: string('a reason') } });
