import { refreshTokenOf, tokenOf, unexpected } from './answers.ts';
import type { LoadRequest, NextRequest } from './load.ts';
import { authorizationQuery, type LoginForm, openLoginForm } from './ours/login.ts';
import { CODE_VERIFIER, proxyHeaders, REDIRECT_URI, resources, SCOPE, type Stage, type StageClient, type Target } from './stage.ts';

export const operationNames = [
  'client_credentials',
  'client_credentials_rs256',
  'introspection',
  'introspection_jwt',
  'authorize',
  'code_exchange',
  'refresh',
  'login',
] as const;

export type OperationName = (typeof operationNames)[number];

/** Something that a server does, as it is measured. */
export interface Operation {
  next: NextRequest;
  /** Gets ready for so many requests. Not measured. */
  prepare?(requests: number): Promise<void>;
}

/** Sends so many requests of an operation, unmeasured. */
export type Run = (name: OperationName, requests: number) => Promise<void>;

/** Codes live for 60 seconds: older ones are not counted on. */
const CODE_USE_MILLISECONDS = 40_000;
/** Access tokens live for 600 seconds. */
const TOKEN_USE_MILLISECONDS = 300_000;
/** How many chains of refresh tokens are followed at once, and how many tokens are asked about in turn. */
const CHAINS = 1_000;
const TOKENS = 500;

/** The operations on one server, all fed from each other: what authorize answers is what code_exchange redeems, and so on. */
export function operationsOn(target: Target, stage: Stage, run: Run): Record<OperationName, Operation> {
  const codes: { code: string; client: StageClient; resource: string; at: number }[] = [];
  const refreshTokens: { token: string; client: StageClient }[] = [];
  const opaqueTokens: string[] = [];
  const jwts: string[] = [];
  const forms: LoginForm[] = [];
  let tokensSince = performance.now();
  let authorizeFor: string = resources.es256;
  let turn = 0;

  const form = (path: string, client: StageClient, parameters: Record<string, string>, accept: LoadRequest['accept']): LoadRequest => ({
    method: 'POST',
    path,
    headers: {
      ...proxyHeaders(turn),
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(parameters).toString(),
    accept,
  });

  const clientCredentials = (resource: string): Operation => ({
    next: () => {
      const client = inTurn(stage.serviceClients, turn++);
      return form('/token', client, { grant_type: 'client_credentials', scope: SCOPE, resource }, (answer) => {
        const token = tokenOf(answer);
        if (resource === resources.es256 && jwts.length < TOKENS) jwts.push(token);
      });
    },
  });

  const authorize = (resource: string): LoadRequest => {
    const index = turn++ % stage.webClients.length;
    const client = stage.webClients[index] as StageClient;
    return {
      method: 'GET',
      path: `/authorize?${authorizationQuery(client.id, resource)}`,
      headers: { ...proxyHeaders(index), cookie: target.cookies[index] as string },
      accept: (answer) => {
        const code = answer.status === 303 ? new URL(answer.location ?? '').searchParams.get('code') : null;
        if (code === null || !answer.location?.startsWith(REDIRECT_URI)) throw unexpected('authorize', answer);
        codes.push({ code, client, resource, at: performance.now() });
      },
    };
  };

  const introspection = (tokens: string[]): Operation => ({
    next: () =>
      form(
        '/introspect',
        inTurn(stage.resourceServers, turn),
        { token: inTurn(tokens, turn++), token_type_hint: 'access_token' },
        (answer) => {
          const body = answer.status === 200 ? (JSON.parse(answer.body) as { active?: unknown; scope?: unknown }) : {};
          if (body.active !== true || body.scope !== SCOPE) throw unexpected('introspection', answer);
        },
      ),
    prepare: async () => {
      if (performance.now() - tokensSince > TOKEN_USE_MILLISECONDS) {
        tokensSince = performance.now();
        opaqueTokens.length = jwts.length = 0;
      }
      if (opaqueTokens.length < TOKENS) {
        authorizeFor = resources.opaque;
        codes.length = 0;
        await run('authorize', TOKENS);
        authorizeFor = resources.es256;
        await run('code_exchange', TOKENS);
      }
      if (jwts.length < TOKENS) await run('client_credentials', TOKENS);
    },
  });

  return {
    client_credentials: clientCredentials(resources.es256),
    client_credentials_rs256: clientCredentials(resources.rs256),
    introspection: introspection(opaqueTokens),
    introspection_jwt: introspection(jwts),
    authorize: { next: () => authorize(authorizeFor) },
    code_exchange: {
      next: () => {
        const found = codes.pop();
        if (found === undefined) return undefined;
        const { client, code, resource } = found;
        turn++;
        const parameters = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: CODE_VERIFIER, resource };
        return form('/token', client, parameters, (answer) => {
          const token = tokenOf(answer);
          if (resource === resources.opaque) opaqueTokens.push(token);
          else refreshTokens.push({ token: refreshTokenOf(answer), client });
        });
      },
      prepare: async (requests) => {
        const fresh = codes.findIndex(({ at }) => performance.now() - at < CODE_USE_MILLISECONDS);
        codes.splice(0, fresh === -1 ? codes.length : fresh);
        if (codes.length < requests) await run('authorize', requests - codes.length);
      },
    },
    refresh: {
      next: () => {
        const found = refreshTokens.shift();
        if (found === undefined) return undefined;
        const { client, token } = found;
        turn++;
        return form('/token', client, { grant_type: 'refresh_token', refresh_token: token, resource: resources.es256 }, (answer) => {
          tokenOf(answer);
          const successor = refreshTokenOf(answer);
          if (successor === token) throw unexpected('a rotated refresh token', answer);
          refreshTokens.push({ token: successor, client });
        });
      },
      prepare: async () => {
        refreshTokens.splice(0, refreshTokens.length - CHAINS);
        const missing = CHAINS - refreshTokens.length;
        if (missing > 0) await run('code_exchange', missing);
      },
    },
    login: {
      next: () => {
        const found = forms.pop();
        if (found === undefined) return undefined;
        return {
          method: 'POST',
          path: '/login',
          headers: { ...found.headers, cookie: found.cookie, 'content-type': 'application/x-www-form-urlencoded' },
          body: found.body,
          accept: (answer) => {
            if (answer.status !== 303 || !answer.location?.startsWith('/authorize/')) throw unexpected('login', answer);
          },
        };
      },
      prepare: async (requests) => {
        const open = async (): Promise<void> => {
          const index = turn++ % stage.users.length;
          const { id } = stage.webClients[index] as StageClient;
          forms.push(await openLoginForm(target.origin, id, stage.users[index] as string, index));
        };
        await Promise.all(Array.from({ length: Math.max(0, requests - forms.length) }, open));
      },
    },
  };
}

function inTurn<T>(list: readonly T[], turn: number): T {
  return list[turn % list.length] as T;
}
