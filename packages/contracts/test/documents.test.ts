import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { contractDocuments } from '../src/documents/documents.ts';
import { messages } from '../src/documents/messages.ts';

const documents = new Map(Object.entries(contractDocuments('1.2.3')).map(([name, text]) => [name, JSON.parse(text)]));
const openApiNames = [...documents.keys()].filter((name) => name.endsWith('.openapi.json'));

/** Every schema of a document, wherever it is. */
function* schemasIn(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'schema' && typeof part === 'object') yield part;
    else yield* schemasIn(part);
  }
}

describe.each(openApiNames)('%s', (name) => {
  const document = documents.get(name);

  it('is OpenAPI 3.1, and every reference in it leads somewhere', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    for (const [, target = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]*)"/g))
      expect(document.components.schemas, target).toHaveProperty(target);
  });

  it('would not be, with a mistake in it', async () => {
    const broken = structuredClone(document);
    const [path] = Object.values(broken.paths) as { get: { responses: unknown } }[];
    Object.assign(path?.get ?? {}, { responses: 'none' });
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('has only schemas of JSON Schema 2020-12', () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false });
    ajv.addVocabulary(['components', 'openapi', 'info', 'servers', 'paths', 'externalDocs']);
    for (const schema of schemasIn(document.paths))
      expect(() => ajv.compile({ ...schema, components: document.components }), JSON.stringify(schema)).not.toThrow();
  });

  it('names every operation once, says who calls it, and says the version', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods as object));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { tags, operationId } of operations) expect(tags?.length, operationId).toBeGreaterThan(0);
    expect(document.info.version).toBe('1.2.3');
  });
});

describe('messages.schema.json', () => {
  const document = documents.get('messages.schema.json');
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false, allowUnionTypes: true });
  ajv.addKeyword('x-sender').addKeyword('x-receivers').addKeyword('x-version');
  ajv.addSchema(document, 'messages');
  const isValid = (name: string, value: unknown) => ajv.validate({ $ref: `messages#/$defs/${name}` }, value);

  it('has each message, with who sends it to whom', () => {
    expect(Object.keys(document.$defs).sort()).toEqual(Object.keys(messages).sort());
    for (const definition of Object.values(document.$defs) as Record<string, unknown>[]) {
      expect(definition).toMatchObject({ 'x-sender': expect.any(String), description: expect.any(String) });
      expect(definition['x-receivers']).not.toEqual([]);
    }
  });

  const request = { response_type: 'code', client_id: 'sample-client' };
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const assertion = { client_assertion: 'a.b.c', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
  const proof = { jti: '1', htm: 'GET', htu: 'https://api.example/notes', iat: 1, ath: 'x' };

  /** The schema in code and the one in the document have to agree, on what is right and on what is wrong: no check may be lost on the way. */
  it.each([
    ['AuthorizationRequest', request, true],
    ['AuthorizationRequest', { ...request, code_challenge: challenge, code_challenge_method: 'S256', unknown: 'x' }, true],
    ['AuthorizationRequest', { ...request, code_challenge: challenge }, false],
    ['AuthorizationRequest', { ...request, code_challenge_method: 'S256' }, false],
    ['AuthorizationRequest', { ...request, code_challenge: challenge, code_challenge_method: 'plain' }, false],
    ['AuthorizationRequest', { ...request, response_type: 'token' }, false],
    ['AuthorizationRequest', { ...request, prompt: 'login consent' }, true],
    ['AuthorizationRequest', { ...request, prompt: 'none' }, true],
    ['AuthorizationRequest', { ...request, prompt: 'login none' }, false],
    ['AuthorizationRequest', { ...request, prompt: 'none login' }, false],
    ['AuthorizationRequest', { ...request, prompt: 'nonesuch' }, true],
    ['AuthorizationRequest', { ...request, resource: ['https://api.example'] }, true],
    ['AuthorizationRequest', { ...request, resource: ['/relative'] }, false],
    ['AuthorizationRequest', { ...request, resource: ['https://api.example#fragment'] }, false],
    ['AuthorizationRequest', { ...request, scope: 'a b' }, true],
    ['AuthorizationRequest', { ...request, scope: 'a  b' }, false],
    ['AuthorizationRequest', { ...request, scope: 'a"b' }, false],
    ['AuthorizationRequest', { ...request, state: 'x'.repeat(4_097) }, false],
    ['AuthorizationRequest', { ...request, client_id: 'ümlaut' }, false],
    ['AuthorizationGranted', { code: 'c', iss: 'https://as.example' }, true],
    ['AuthorizationGranted', { code: 'c' }, false],
    ['AuthorizationRefused', { error: 'access_denied', error_description: 'No.', iss: 'https://as.example' }, true],
    ['AuthorizationRefused', { error: 'made_up', error_description: 'No.', iss: 'https://as.example' }, false],
    ['ClientAuthentication', {}, true],
    ['ClientAuthentication', { client_id: 'c', client_secret: 's' }, true],
    ['ClientAuthentication', { client_secret: 's' }, false],
    ['ClientAuthentication', assertion, true],
    ['ClientAuthentication', { client_assertion: 'a.b.c' }, false],
    ['ClientAuthentication', { ...assertion, client_id: 'c', client_secret: 's' }, false],
    ['ClientAssertionHeader', { alg: 'ES256', typ: 'JWT' }, true],
    ['ClientAssertionHeader', { alg: 'HS256' }, false],
    ['ClientAssertionHeader', { alg: 'ES256', typ: 'at+jwt' }, false],
    ['ClientAssertionClaims', { iss: 'c', sub: 'c', aud: 'https://as.example', exp: 1, jti: '1' }, true],
    ['ClientAssertionClaims', { iss: 'c', sub: 'c', aud: ['https://as.example', 'https://b.example'], exp: 1, jti: '1' }, false],
    ['TokenRequest', { grant_type: 'authorization_code', code: 'c' }, true],
    ['TokenRequest', { grant_type: 'authorization_code' }, false],
    ['TokenRequest', { grant_type: 'password', username: 'alice' }, false],
    ['TokenRequest', { grant_type: 'client_credentials', scope: '' }, false],
    ['TokenResponse', { access_token: 't', token_type: 'Bearer', expires_in: 600, scope: '' }, true],
    ['TokenResponse', { access_token: 't', token_type: 'mac', expires_in: 600, scope: '' }, false],
    ['TokenError', { error: 'invalid_grant', error_description: 'No.' }, true],
    ['TokenError', { error: 'invalid_redirect_uri', error_description: 'No.' }, false],
    ['TokenError', { error: 'invalid_grant', error_description: '"' }, false],
    ['ClientMetadata', { client_name: 'A name', client_uri: 'https://client.example' }, true],
    ['ClientMetadata', { client_name: ' ' }, false],
    ['ClientMetadata', { client_name: 'a\nb' }, false],
    ['ClientMetadata', { client_uri: 'javascript:alert(1)' }, false],
    ['ClientUpdate', { client_id: 'c' }, true],
    ['ClientUpdate', {}, false],
    ['ClientUpdate', { client_id: 'c', registration_access_token: 't' }, false],
    ['JsonWebKeySet', { keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: 'k', x: 'x' }] }, true],
    ['JsonWebKeySet', { keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: 'k', x: 'x', d: 'private' }] }, false],
    ['IntrospectionResponse', { active: false }, true],
    ['IntrospectionResponse', { active: false, sub: 'alice' }, false],
    ['IntrospectionJwtClaims', { iss: 'https://as.example', aud: 'rs', iat: 1, token_introspection: { active: false } }, true],
    ['IntrospectionJwtClaims', { iss: 'https://as.example', aud: 'rs', iat: 1, sub: 'x', token_introspection: { active: false } }, false],
    ['DpopProofClaims', proof, true],
    ['DpopProofClaims', { ...proof, ath: undefined }, false],
    ['NoteContent', { title: 'A title' }, true],
    ['NoteContent', { title: ' \n' }, false],
    ['NoteContent', { title: 'x'.repeat(201) }, false],
    ['NoteContent', { title: 'NUL \0' }, false],
    ['NoteContent', { title: 'A title', colour: 'red' }, false],
    ['NotesError', { error_description: 'no credentials' }, true],
    ['NotesError', { error: 'invalid_grant', error_description: 'not here' }, false],
  ])('%s %j: %s', (name, value, expected) => {
    const sent = JSON.parse(JSON.stringify(value)) as unknown;
    expect(isValid(name, sent), 'by the document').toBe(expected);
    expect(messages[name]?.schema.safeParse(sent).success, 'by the schema').toBe(expected);
  });
});
