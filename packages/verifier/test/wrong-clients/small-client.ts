import type { ClientOptions } from '../../src/client/verify.ts';
import { clientAddress } from '../support/client-address.ts';
import { type PageAnswer, type PageRequest, startWebServer } from '../support/web-server.ts';
import { type Attempt, type Metadata, random, rightSteps, type Session, type Setting, type Steps } from './steps.ts';

const CREDENTIALS = { clientId: 'small-client', clientSecret: 'a+secret:with/characters&more%' };

/** A small client that does everything right, but for the steps that are given: a web application that shows what an API has for whoever signs in. */
export async function smallClient(breaks: Partial<Steps> = {}): Promise<ClientOptions> {
  const { url, port, take } = await clientAddress();
  return {
    issuer: 'http://localhost:0',
    resource: 'http://localhost:0',
    startUrl: `${url}/login`,
    ...CREDENTIALS,
    scope: 'things:read',
    patience: 3_000,
    profiles: ['oidc'],
    logoutSelector: 'form[action="/logout"]',
    backchannelLogoutUri: `${url}/backchannel-logout`,
    launch: async ({ issuer, resource }) => {
      await take();
      const steps = { ...rightSteps, ...breaks };
      const metadata = (await readsRightResource(resource, steps)) ? await readMetadata(issuer, steps) : undefined;
      const setting = metadata && { issuer, resource, ...CREDENTIALS, redirectUri: `${url}/callback`, metadata };
      const application = setting && createApplication(setting, steps);
      return startWebServer(port, async (request) => application?.(request) ?? { status: 503, body: '<p>Nobody can sign in.' });
    },
  };
}

async function readsRightResource(resource: string, steps: Steps): Promise<boolean> {
  const response = await fetch(`${resource}/.well-known/oauth-protected-resource`);
  return steps.isResourceMetadata((await response.json()) as Record<string, unknown>, resource);
}

async function readMetadata(issuer: string, steps: Steps): Promise<Metadata | undefined> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  const metadata = response.ok ? ((await response.json()) as Metadata & Record<string, unknown>) : undefined;
  return metadata && steps.isMetadata(metadata, issuer) && /^https?:/.test(metadata.authorization_endpoint) ? metadata : undefined;
}

function createApplication(setting: Setting, steps: Steps): (request: PageRequest) => Promise<PageAnswer> {
  const sessions = new Map<string, Session>();
  const nobody: PageAnswer = { status: 403, body: '<p>Nobody is signed in.' };

  const begin = (sid: string): PageAnswer => {
    const id = sessions.has(sid) ? sid : random();
    const session = sessions.get(id) ?? { attempts: new Map<string, Attempt>(), proof: random() };
    sessions.set(id, session);
    const [state, attempt] = [steps.state(), { verifier: random(), nonce: random() }];
    session.attempts.set(state, attempt);
    const { clientId: client_id, redirectUri: redirect_uri, resource, metadata } = setting;
    const parameters = {
      ...{ response_type: 'code', client_id, redirect_uri, scope: 'openid things:read', state, nonce: attempt.nonce, resource },
      ...steps.challenge(attempt.verifier),
    };
    const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return { location: `${metadata.authorization_endpoint}?${new URLSearchParams(sent)}`, sid: id };
  };

  const tokensFor = async (parameters: Record<string, string>): Promise<Record<string, unknown> | undefined> => {
    const { clientId, clientSecret, resource, metadata } = setting;
    const authorization = `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`;
    const request = {
      url: metadata.token_endpoint,
      headers: { authorization },
      body: new URLSearchParams({ ...parameters, resource }),
    };
    try {
      const response = await steps.requestTokens(request);
      const answer = (await response.json()) as Record<string, unknown>;
      return steps.isTokenResponse(response, answer) ? answer : undefined;
    } catch {
      return undefined;
    }
  };

  const callback = async (sid: string, parameters: URLSearchParams): Promise<PageAnswer> => {
    const own = sessions.get(sid);
    const read = steps.readCallback(parameters);
    const attempt = own && read && steps.takeAttempt(own, read.state, sessions);
    if (own === undefined || read === undefined || attempt === undefined) return { status: 400, body: '<p>Nothing was asked.' };
    if (
      !steps.isFromIssuer(parameters.get('iss'), setting.issuer, setting.metadata.authorization_response_iss_parameter_supported ?? false)
    )
      return { status: 400, body: '<p>This is from somebody else.' };
    if (read.error !== null) return steps.errorPage(read.error, parameters);
    const code = read.code ?? '';
    const grant = { grant_type: 'authorization_code', code, redirect_uri: setting.redirectUri, code_verifier: attempt.verifier };
    const tokens = await tokensFor(grant);
    if (tokens === undefined) return steps.refusedPage(code);
    try {
      const claims = await steps.verifyIdToken(String(tokens['id_token']), setting);
      if (!steps.isOwnNonce(claims['nonce'], attempt)) return steps.refusedPage(code);
      own.name = String(claims.sub);
    } catch {
      return steps.refusedPage(code);
    }
    own.access = String(tokens['access_token']);
    own.refresh = steps.keptRefreshToken(undefined, tokens);
    const cookie = steps.sessionAfter(sid);
    sessions.delete(sid);
    sessions.set(cookie.sid, own);
    return { ...steps.afterSignIn(own, parameters), ...cookie };
  };

  const things = async (session: Session): Promise<PageAnswer> => {
    const url = `${setting.resource}/things`;
    let response = await steps.callApi(url, session.access ?? '');
    if (response.status === 401 && session.refresh !== undefined) {
      const tokens = await tokensFor({ grant_type: 'refresh_token', refresh_token: session.refresh });
      if (tokens === undefined) return nobody;
      session.access = String(tokens['access_token']);
      session.refresh = steps.keptRefreshToken(session.refresh, tokens);
      response = await steps.callApi(url, session.access);
    }
    const form = `<form method="post" action="/logout"><input type="hidden" name="proof" value="${session.proof}"><button>Log out</button></form>`;
    return { body: `<p>You are ${session.name}. The API says ${response.status}.${form}` };
  };

  const endSessionsOf = async (token: string): Promise<PageAnswer> => {
    try {
      const { sub } = await steps.verifyLogoutToken(token, setting);
      for (const [id, { name }] of sessions) if (name === sub) sessions.delete(id);
      return { status: 200 };
    } catch {
      return { status: 400 };
    }
  };

  return async (request) => {
    const { method, url, form, sid = '' } = request;
    const session = sessions.get(sid);
    if (method === 'GET' && steps.isRedirectUri(url.pathname) && url.search !== '') return callback(sid, url.searchParams);
    switch (`${method} ${url.pathname}`) {
      case 'GET /login':
        return begin(sid);
      case 'GET /callback':
        return { status: 400, body: '<p>Nothing was asked.' };
      case 'GET /':
        return session?.name === undefined ? nobody : things(session);
      case 'POST /logout':
        if (session === undefined || !steps.mayLogOut(request, session)) return { status: 403, body: '<p>This page did not ask.' };
        sessions.delete(sid);
        return { location: '/', sid: '' };
      case 'POST /backchannel-logout':
        return endSessionsOf(form.get('logout_token') ?? '');
      default:
        return { status: 404, body: '<p>There is nothing.' };
    }
  };
}
