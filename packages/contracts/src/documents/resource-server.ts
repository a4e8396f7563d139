import { pageCursor, pageLimit } from '../notes.ts';
import { resourceServerRoutes as routes } from '../routes.ts';
import { notesScopes } from '../scope.ts';
import { challengeHeader } from '../bearer/challenge-parameters.ts';
import { healthPaths } from './health.ts';
import { type JsonSchema, schemaOf } from './json-schema.ts';
import {
  cacheable,
  challenge,
  json,
  location,
  message,
  nonce,
  noStore,
  openApi,
  type Operation,
  type Paths,
  type Response,
  retryAfter,
} from './openapi.ts';

const PATTERN = String(schemaOf(challengeHeader)['pattern']);

const refused = (description: string, headers: Record<string, JsonSchema> = {}): Response => ({
  description,
  headers: { ...noStore, ...headers },
  content: json(message('NotesError')),
});
const challenged = (description: string, required: boolean) =>
  refused(description, { ...challenge(PATTERN, 'Its parameters: Challenge (RFC 6750 §3, RFC 9728 §5.1).', required), ...nonce });

const REFUSALS = {
  400: challenged('The request is malformed; a challenge where it is its credentials.', false),
  401: challenged('A valid access token is needed, and a proof where it is bound to a key.', true),
  403: challenged('The token does not allow it; without a challenge where no other would: this is for users.', false),
  503: refused('Not possible now.', retryAfter()),
  default: refused('Refused.'),
};
const NOT_FOUND = { 404: refused('There is no such note, of this user.') };

const headers = { ...noStore, ...nonce };
const answered = (name: string, description: string, more: Record<string, JsonSchema> = {}): Response => ({
  description,
  headers: { ...headers, ...more },
  content: json(message(name)),
});

function operation(
  scope: keyof typeof notesScopes,
  own: Pick<Operation, 'operationId' | 'summary' | 'parameters' | 'requestBody' | 'responses'>,
): Operation {
  const proof = {
    name: 'DPoP',
    in: 'header',
    required: false,
    description: 'A JWT: DpopProofHeader, DpopProofClaims.',
    schema: { type: 'string' },
  };
  return {
    ...own,
    tags: ['client'],
    security: [{ bearer: [scope] }, { dpop: [scope] }],
    parameters: [...(own.parameters ?? []), proof],
    responses: { ...own.responses, ...REFUSALS },
  };
}

const optional = (name: string, schema: JsonSchema) => ({ name, in: 'query', required: false, schema });
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const content = { requestBody: { required: true, content: json(message('NoteContent')) } };

const paths: Paths = {
  [routes.metadata]: {
    get: {
      operationId: 'metadata',
      tags: ['client'],
      summary: 'What this resource is, and who issues tokens for it (RFC 9728).',
      description: 'The path of a resource that has one comes after this one; before all others.',
      responses: {
        200: { description: 'RFC 9728 §3.2.', headers: cacheable, content: json(message('ProtectedResourceMetadata')) },
        default: refused('Refused.'),
      },
    },
  },
  [routes.notes]: {
    get: operation('notes:read', {
      operationId: 'listNotes',
      summary: 'The user’s notes, newest first.',
      parameters: [optional('limit', schemaOf(pageLimit)), optional('cursor', schemaOf(pageCursor))],
      responses: { 200: answered('NotePage', 'A page of them.') },
    }),
    post: operation('notes:write', {
      operationId: 'addNote',
      summary: 'Add a note.',
      ...content,
      responses: { 201: answered('Note', 'The note.', location('Where it is.')) },
    }),
  },
  [`${routes.notes}/{id}`]: {
    get: operation('notes:read', {
      operationId: 'readNote',
      summary: 'One note.',
      parameters: [id],
      responses: { 200: answered('Note', 'The note.'), ...NOT_FOUND },
    }),
    put: operation('notes:write', {
      operationId: 'replaceNote',
      summary: 'Give a note new content.',
      parameters: [id],
      ...content,
      responses: { 200: answered('Note', 'The note.'), ...NOT_FOUND },
    }),
    delete: operation('notes:write', {
      operationId: 'removeNote',
      summary: 'Delete a note.',
      parameters: [id],
      responses: { 204: { description: 'It is gone.', headers }, ...NOT_FOUND },
    }),
  },
  ...healthPaths,
};

/** The resource server in OpenAPI 3.1: what clients call. */
export function resourceServerDocument(version: string): JsonSchema {
  return openApi(
    { title: 'Resource server', description: 'Notes of users. What clients call.', version },
    {
      servers: [
        { url: '{resource}', variables: { resource: { default: 'http://localhost:4001', description: 'The resource identifier.' } } },
      ],
      paths,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `An access token of the authorization server that the metadata names (RFC 6750 §2.1). Scopes: ${Object.keys(notesScopes).join(', ')}.`,
        },
        dpop: { type: 'http', scheme: 'dpop', description: 'An access token that is bound to a key, with a proof of it (RFC 9449 §7.1).' },
      },
    },
  );
}
