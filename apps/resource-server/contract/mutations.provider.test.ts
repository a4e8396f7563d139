import { describeBreaches } from '@rolecall/contract-testing/describe-provider';
import { at, header, json, status, without } from '@rolecall/contract-testing/mutations';
import { startProvider } from './provider.ts';

const PAGES = ['a request for the notes', 'a request for older notes'];
const REASONS = [
  'a new note without a title',
  'a request for notes behind a cursor that is none',
  'the removal of a note that is not there',
];
const EXPIRED = 'a request with a token that has expired';
const ONLY_READS = 'a new note with a token that may only read';
const WANTS_NONCE = 'a request with a proof without a nonce';

/** Changes what challenges say. */
const challenge = (from: string | RegExp, to: string) => header('www-authenticate', (value) => value.replaceAll(from, to));

const notes = (change: (note: Record<string, unknown>) => unknown) =>
  json((body) =>
    Array.isArray(body['notes']) ? { ...body, notes: body['notes'].map((note) => change(note as Record<string, unknown>)) } : body,
  );

describeBreaches('resource-server', startProvider, [
  { what: '200 for 201', mutate: at('/notes', status(201, 200)), breaks: ['a new note'] },
  { what: '200 for 204', mutate: status(204, 200), breaks: ['the removal of a note'] },
  {
    what: 'another resource in the metadata',
    mutate: at(
      '/.well-known/oauth-protected-resource',
      json((body) => ({ ...body, resource: 'http://localhost:4009' })),
    ),
    breaks: ['a request for the metadata'],
  },
  {
    what: 'no authorization server in the metadata',
    mutate: at('/.well-known/oauth-protected-resource', json(without('authorization_servers'))),
    breaks: ['a request for the metadata'],
  },
  {
    what: 'no WWW-Authenticate',
    mutate: header('www-authenticate', () => undefined),
    breaks: ['a request without a token', EXPIRED, ONLY_READS, WANTS_NONCE],
  },
  { what: 'no resource_metadata in challenges', mutate: challenge('resource_metadata', 'metadata'), breaks: ['a request without a token'] },
  { what: 'invalid_token renamed', mutate: challenge('invalid_token', 'invalid_request'), breaks: [EXPIRED] },
  {
    what: 'the error of another scheme',
    mutate: challenge(/(.*), error="invalid_token", error_description="[^"]*"(.*), DPoP/g, '$1$2, DPoP error="invalid_token",'),
    breaks: [EXPIRED],
  },
  { what: 'insufficient_scope renamed', mutate: challenge('insufficient_scope', 'access_denied'), breaks: [ONLY_READS] },
  { what: 'no scope in the challenge', mutate: challenge(/, scope="[^"]*"/g, ''), breaks: [ONLY_READS] },
  { what: '401 for 403', mutate: status(403, 401), breaks: [ONLY_READS] },
  { what: 'use_dpop_nonce renamed', mutate: challenge('use_dpop_nonce', 'invalid_dpop_proof'), breaks: [WANTS_NONCE] },
  { what: 'no nonce where one is wanted', mutate: header('dpop-nonce', () => undefined), breaks: [WANTS_NONCE] },
  { what: 'notes without an id', mutate: at('/notes', notes(without('id'))), breaks: PAGES },
  {
    what: 'ids that do not fit into addresses',
    mutate: at(
      '/notes',
      notes((note) => ({ ...note, id: '../notes' })),
    ),
    breaks: PAGES,
  },
  { what: 'no reason', mutate: json(without('error_description')), breaks: REASONS },
  { what: 'no next page', mutate: at('/notes', json(without('next_cursor'))), breaks: ['a request for the notes'] },
]);
