import { metadataAddresses } from '../../authorization-server/documents.ts';
import { challengeOf, unguessable } from '../../authorization-server/subject.ts';
import type { Recorder } from '../../recorder.ts';
import { accessTokenHash, createSigningKey, type IdTokenChanges, signed, type SigningKey } from './id-tokens.ts';
import type { Answering, PlayedAnswer, Received } from './played-server.ts';
import { openStage, type Stage } from './stage.ts';

type IssuerPlace =
  'metadata' | 'openidMetadata' | 'authorize' | 'token' | 'jwks' | 'userinfo' | 'revoke' | 'register' | 'par' | 'endSession' | 'other';

/** What is different from a right token response. */
export interface TokenChanges {
  /** Other members; `undefined` leaves one out. */
  members?: Record<string, unknown>;
  idToken?: IdTokenChanges;
}

/** The authorization server that is played for the client. */
export interface PlayedIssuer extends Stage<IssuerPlace> {
  issuer: string;
  /** Its metadata. @param changes other members; `undefined` leaves one out. */
  metadata(changes?: Record<string, unknown>): PlayedAnswer;
  /** A code for an authorization request, as if somebody had logged in and allowed. @param parameters of the request. */
  code(parameters: URLSearchParams): string;
  /** The parameters of a request: those that were pushed, or signed, where it only refers to them. */
  parametersOf(sent: URLSearchParams): URLSearchParams;
  /** Right answers of the token endpoint, but for these changes. */
  tokens(changes?: TokenChanges): Answering;
  /** This refresh token stays good, although it was used. */
  keepRefreshToken(token: string): void;
  /** A JWT of this issuer about the person, for the client. */
  sign(claims: Record<string, unknown>, changes?: IdTokenChanges): Promise<string>;
  key: SigningKey;
  /** All tokens that were ever issued. */
  issued: { accessTokens: Set<string>; refreshTokens: Set<string> };
  /** The clients that have registered themselves, by id, with their secrets. */
  registered: Map<string, string>;
}

/** Who is always logged in at the played issuer. */
export const PERSON = { sub: 'rolecall-person', name: 'Rolecall Person', preferred_username: 'rolecall', email: 'person@rolecall.example' };

interface Grant {
  parameters: URLSearchParams;
  used: boolean;
}

interface Options {
  address: string;
  listen?: { host: string; port: number } | undefined;
  recorder: Recorder;
  scope: string | undefined;
}

const ok = (json: unknown): PlayedAnswer => ({ json });
const refused = (error: string, status = 400): PlayedAnswer => ({ status, json: { error } });

/** Starts an authorization server that does everything right and checks little: whatever is wrong at a client is found by the one check that is about it. */
export async function startIssuer({ address, listen, recorder, scope }: Options): Promise<PlayedIssuer> {
  const key = await createSigningKey('rolecall-1');
  const grants = new Map<string, Grant>();
  const refreshes = new Map<string, Grant>();
  const pushed = new Map<string, URLSearchParams>();
  const issued = { accessTokens: new Set<string>(), refreshTokens: new Set<string>() };
  const registered = new Map<string, string>();
  let issuer = '';

  const metadata = (changes: Record<string, unknown> = {}): PlayedAnswer => ok({ ...metadataOf(issuer, scope), ...changes });

  const sign: PlayedIssuer['sign'] = (claims, changes) => {
    const now = Math.floor(Date.now() / 1000);
    return signed({ iss: issuer, sub: PERSON.sub, iat: now, exp: now + 300, ...claims }, key, changes);
  };

  const tokenResponse = async (request: Received, grant: Grant, { members = {}, idToken }: TokenChanges): Promise<PlayedAnswer> => {
    const { parameters } = grant;
    const asked = parameters.get('scope') ?? undefined;
    const access = typeof members['access_token'] === 'string' ? members['access_token'] : `rolecall-at-${unguessable()}`;
    const refresh = `rolecall-rt-${unguessable()}`;
    issued.accessTokens.add(access);
    issued.refreshTokens.add(refresh);
    refreshes.set(refresh, { parameters, used: false });
    const nonce = parameters.get('nonce') ?? undefined;
    const claims = {
      aud: parameters.get('client_id'),
      auth_time: Math.floor(Date.now() / 1000),
      nonce: request.form.get('grant_type') === 'refresh_token' ? undefined : nonce,
      at_hash: accessTokenHash(access),
    };
    return ok({
      access_token: access,
      token_type: request.headers.has('dpop') ? 'DPoP' : 'Bearer',
      expires_in: 600,
      refresh_token: refresh,
      ...((asked ?? scope) !== undefined && { scope: asked ?? scope }),
      ...(asked?.split(' ').includes('openid') && { id_token: await sign(claims, idToken) }),
      ...members,
    });
  };

  const tokens =
    (changes: TokenChanges = {}): Answering =>
    async (request) => {
      const { form } = request;
      switch (form.get('grant_type') ?? '') {
        case 'authorization_code': {
          const grant = grants.get(form.get('code') ?? '');
          if (grant === undefined || grant.used || !fits(grant.parameters, form.get('code_verifier'))) return refused('invalid_grant');
          grant.used = true;
          return tokenResponse(request, grant, changes);
        }
        case 'refresh_token': {
          const grant = refreshes.get(form.get('refresh_token') ?? '');
          if (grant === undefined || grant.used) return refused('invalid_grant');
          grant.used = true;
          return tokenResponse(request, grant, changes);
        }
        case 'client_credentials':
          return tokenResponse(request, { parameters: form, used: false }, { members: { refresh_token: undefined }, ...changes });
        default:
          return refused('unsupported_grant_type');
      }
    };

  const stage = await openStage<IssuerPlace>({
    ...{ address, listen, recorder },
    create: (actual) => {
      issuer = actual;
      return {
        placeOf: placesOf(issuer),
        behaviour: {
          metadata: () => metadata(),
          openidMetadata: () => metadata(),
          authorize: () => ({ body: '<!doctype html><title>Log in</title><p>Here somebody would log in and decide.' }),
          token: tokens(),
          jwks: () => ok({ keys: [key.publicJwk] }),
          userinfo: () => ok(PERSON),
          revoke: () => ({ body: '' }),
          register: ({ body }) => register(body, registered),
          par: ({ form }) => {
            const reference = `urn:ietf:params:oauth:request_uri:${unguessable()}`;
            pushed.set(reference, form);
            return { status: 201, json: { request_uri: reference, expires_in: 60 } };
          },
          endSession: () => ({ body: '<!doctype html><title>Logged out</title><p>Here somebody would be logged out.' }),
          other: () => ({ status: 404, body: 'not here' }),
        },
      };
    },
  });

  return {
    ...stage,
    ...{ issuer, metadata, tokens, sign, key, issued, registered },
    keepRefreshToken: (token) => {
      const grant = refreshes.get(token);
      if (grant !== undefined) grant.used = false;
    },
    code: (parameters) => {
      const code = `rolecall-code-${unguessable()}`;
      grants.set(code, { parameters, used: false });
      return code;
    },
    parametersOf: (sent) => pushed.get(sent.get('request_uri') ?? '') ?? claimsOfRequest(sent.get('request')) ?? sent,
  };
}

/** RFC 7636 §4.6, for whoever has sent a challenge. */
function fits(parameters: URLSearchParams, verifier: string | null): boolean {
  const challenge = parameters.get('code_challenge');
  if (challenge === null) return true;
  if (verifier === null) return false;
  return challenge === (parameters.get('code_challenge_method') === 'S256' ? challengeOf(verifier) : verifier);
}

/** What a signed request asks for (RFC 9101 §4). Its signature is not this server's to judge: a check looks at it. */
function claimsOfRequest(jwt: string | null): URLSearchParams | undefined {
  const [, payload] = jwt?.split('.') ?? [];
  if (payload === undefined) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  return new URLSearchParams(Object.entries(claims).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function register(body: string, registered: Map<string, string>): PlayedAnswer {
  const asked = JSON.parse(body) as Record<string, unknown>;
  const id = `registered-${unguessable().slice(0, 12)}`;
  const isPublic = asked['token_endpoint_auth_method'] === 'none';
  // Characters that show whether it is encoded.
  const secret = `${unguessable()}+%:/&`;
  registered.set(id, isPublic ? '' : secret);
  return { status: 201, json: { ...asked, client_id: id, ...(!isPublic && { client_secret: secret, client_secret_expires_at: 0 }) } };
}

function metadataOf(issuer: string, scope: string | undefined) {
  const base = issuer.replace(/\/$/, '');
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/jwks`,
    userinfo_endpoint: `${base}/userinfo`,
    revocation_endpoint: `${base}/revoke`,
    registration_endpoint: `${base}/register`,
    pushed_authorization_request_endpoint: `${base}/par`,
    end_session_endpoint: `${base}/end-session`,
    scopes_supported: [...new Set(['openid', 'profile', 'email', ...(scope?.split(' ') ?? [])])],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA'],
    dpop_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  };
}

function placesOf(issuer: string): (url: URL) => IssuerPlace {
  const base = new URL(issuer).pathname.replace(/\/$/, '');
  const { oauth, openid } = metadataAddresses(issuer);
  const places = new Map<string, IssuerPlace>([
    [new URL(oauth).pathname, 'metadata'],
    [new URL(openid).pathname, 'openidMetadata'],
    // RFC 8414 §5: the form of OpenID Connect with the well-known part first.
    [`/.well-known/openid-configuration${base}`, 'openidMetadata'],
    [`${base}/authorize`, 'authorize'],
    [`${base}/token`, 'token'],
    [`${base}/jwks`, 'jwks'],
    [`${base}/userinfo`, 'userinfo'],
    [`${base}/revoke`, 'revoke'],
    [`${base}/register`, 'register'],
    [`${base}/par`, 'par'],
    [`${base}/end-session`, 'endSession'],
  ]);
  return ({ pathname }) => places.get(pathname) ?? 'other';
}
