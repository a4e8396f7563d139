import { type RecordedRequest, type ScriptedAnswer, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

/** An authorization server that does as it is told. The browser's part (login, consent) is played by the test. */
export interface FakeAuthorizationServer {
  server: ScriptedServer;
  issuer: string;
  /** The metadata document: change it before the client reads it. */
  metadata: Record<string, unknown>;
  /** What goes before the ordinary answers; undefined leaves them. */
  interfere: (request: RecordedRequest) => ScriptedAnswer | undefined;
  /** How `POST /token` answers. */
  tokenAnswer: (form: URLSearchParams) => ScriptedAnswer | Promise<ScriptedAnswer>;
  /** How `POST /device_authorization` answers: name it in the metadata first. */
  deviceAnswer: () => ScriptedAnswer | Promise<ScriptedAnswer>;
  /** How `POST /par` answers: name it in the metadata first. */
  pushAnswer: (form: URLSearchParams) => ScriptedAnswer | Promise<ScriptedAnswer>;
  /** How `POST /revoke` answers. */
  revocationAnswer: (form: URLSearchParams) => ScriptedAnswer | Promise<ScriptedAnswer>;
  /** The token requests that came, as forms. */
  tokenForms(): URLSearchParams[];
  /** The tokens whose revocation was asked for, with the hint (RFC 7009 §2.1). */
  revoked(): string[];
}

export const ACCESS_TOKEN = 'rc_at_never-seen-by-any-browser';

/** An ordinary token answer (RFC 6749 §5.1). */
export const tokens = (members: Record<string, unknown> = {}) => ({
  body: { access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 600, scope: 'notes:read notes:write', ...members },
});

export async function startFakeAuthorizationServer(): Promise<FakeAuthorizationServer> {
  const server = await startScriptedServer((request) => {
    const { method, url, body } = request;
    const instead = fake.interfere(request);
    if (instead !== undefined) return instead;
    if (method === 'GET' && url === '/.well-known/oauth-authorization-server') return { body: fake.metadata };
    if (method === 'POST' && url === '/token') return fake.tokenAnswer(new URLSearchParams(body));
    if (method === 'POST' && url === '/device_authorization') return fake.deviceAnswer();
    if (method === 'POST' && url === '/par') return fake.pushAnswer(new URLSearchParams(body));
    if (method === 'POST' && url === '/revoke') return fake.revocationAnswer(new URLSearchParams(body));
    return { status: 404, body: 'not here' };
  });
  const formsTo = (path: string) => server.requests.filter(({ url }) => url === path).map(({ body }) => new URLSearchParams(body));
  const fake: FakeAuthorizationServer = {
    server,
    issuer: server.origin,
    metadata: {
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      revocation_endpoint: `${server.origin}/revoke`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    },
    interfere: () => undefined,
    tokenAnswer: () => tokens(),
    pushAnswer: () => ({ status: 404 }),
    deviceAnswer: () => ({ status: 404 }),
    revocationAnswer: () => ({}),
    tokenForms: () => formsTo('/token'),
    revoked: () => formsTo('/revoke').map((form) => `${form.get('token_type_hint')} ${form.get('token')}`),
  };
  return fake;
}
