import { randomUUID } from 'node:crypto';
import { type Note, noteContent, type NotePage } from '@rolecall/contracts/notes';
import { resourceServerRoutes } from '@rolecall/contracts/routes';
import type { notesScopes } from '@rolecall/contracts/scope';
import { validate } from '@rolecall/service-kit/validate';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { NoteStore, Owner, StoredNote } from '../stores/types.ts';
import { cursor } from './cursor.ts';
import { readPage, refuseQuery } from './query.ts';
import { usersOnly } from './users-only.ts';

export interface NotesOptions {
  notes: NoteStore;
  clock: Clock;
  /** The resource's identifier: notes have their addresses under it. */
  resource: string;
}

type Scope = keyof typeof notesScopes;

const LIST = resourceServerRoutes.notes;
const ONE = `${LIST}/:id`;

/** The notes of the user on whose behalf the client calls. Another user's note and one that never was get the same answer. */
export function registerNotes(api: FastifyInstance, { notes, clock, resource }: NotesOptions): void {
  const needs = (scope: Scope) => ({ onRequest: [api.requireScopes(scope), usersOnly] });
  const read = needs('notes:read');
  const write = needs('notes:write');

  api.get(LIST, read, async (request): Promise<NotePage> => {
    const { limit, cursor: after } = readPage(request.url);
    // One more than asked for: it tells whether there is a next page.
    const found = await notes.list(ownerOf(request), { limit: limit + 1, after });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { notes: page.map(represent), ...(found.length > limit && last && { next_cursor: z.encode(cursor, last) }) };
  });

  api.post(LIST, write, async (request, reply) => {
    refuseQuery(request.url);
    const content = validate(noteContent, request.body, 'the note is not valid');
    const now = new Date(clock.now());
    const note = await notes.create(ownerOf(request), { id: randomUUID(), ...content, createdAt: now, updatedAt: now });
    return reply.code(201).header('location', `${resource}${LIST}/${note.id}`).send(represent(note));
  });

  api.get(ONE, read, async (request, reply) => {
    refuseQuery(request.url);
    const id = idOf(request);
    const note = id && (await notes.find(ownerOf(request), id));
    return note ? represent(note) : notFound(reply);
  });

  api.put(ONE, write, async (request, reply) => {
    refuseQuery(request.url);
    const content = validate(noteContent, request.body, 'the note is not valid');
    const id = idOf(request);
    const note = id && (await notes.replace(ownerOf(request), id, content, new Date(clock.now())));
    return note ? represent(note) : notFound(reply);
  });

  api.delete(ONE, write, async (request, reply) => {
    refuseQuery(request.url);
    const id = idOf(request);
    return id && (await notes.remove(ownerOf(request), id)) ? reply.code(204).send() : notFound(reply);
  });
}

const ownerOf = ({ accessToken: { issuer, subject } }: FastifyRequest): Owner => ({ issuer, subject });

/** The id in the path, or undefined for what cannot be one: no note has it. */
const idOf = (request: FastifyRequest): string | undefined => z.uuid().safeParse((request.params as { id: string }).id).data;

const notFound = (reply: FastifyReply): FastifyReply =>
  reply.code(404).send({ error: 'not_found', error_description: 'there is no such note' });

const represent = ({ id, title, body, createdAt, updatedAt }: StoredNote): Note => ({
  id,
  title,
  body,
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
});
