import { createClients } from '../authorization-server/clients.ts';
import { readMetadata } from '../authorization-server/metadata.ts';
import { createAuthorizationServer } from '../authorization-server/subject.ts';
import { notApplicable } from '../finding.ts';
import { createHttp, type Http } from '../http.ts';
import { createFormFiller, type Credentials, type Selectors, usualSelectors } from '../person/form-filler.ts';
import { createRecorder } from '../recorder.ts';
import type { Report } from '../report.ts';
import { type Progress, runSuite, type Selection } from '../run-suite.ts';
import { findMetadata, type ResourceMetadata } from './metadata.ts';
import { type PlayedIssuer, playIssuer } from './played-issuer/played-issuer.ts';
import { newProofKey, type ProofKey } from './proof.ts';
import { createResourceServer } from './subject.ts';
import { resourceServerSuite } from './suite.ts';
import type { ResourceServerTarget } from './target.ts';
import { playedTokens } from './tokens/played.ts';
import { servedTokens } from './tokens/served.ts';
import type { TokenSource } from './tokens/tokens.ts';

export interface ResourceServerOptions extends Omit<ResourceServerTarget, 'profiles'>, Selection, Progress {
  /** Who logs in and consents at the authorization server. Without one, clients act for themselves. */
  user?: (Credentials & { selectors?: Partial<Selectors> | undefined }) | undefined;
  /** Milliseconds to wait for an answer. */
  timeout?: number | undefined;
  /** The played issuer listens: now the resource server can be started. The checks begin when this is done. */
  onIssuer?: ((issuer: PlayedIssuer) => Promise<void> | void) | undefined;
}

/**
 * Verifies a resource server from outside, as its clients see it and, where the verifier plays the issuer, as its authorization server does.
 *
 * @throws Error where neither or both of `issuer` and `playIssuer` are given, or where the played issuer cannot listen.
 * @throws Finding where the resource or the issuer does not answer: then there is nothing to verify.
 */
export async function verifyResourceServer(options: ResourceServerOptions): Promise<Report> {
  if ((options.issuer === undefined) === (options.playIssuer === undefined))
    throw new Error(
      'say where tokens come from: the authorization server (issuer), or the address of one that the verifier plays (playIssuer)',
    );
  const recorder = createRecorder();
  const http = createHttp({ recorder, timeout: options.timeout });
  const issuer = await issuerOf(options);
  try {
    if (issuer) {
      issuer.onExchange = recorder.record;
      await options.onIssuer?.(issuer);
    }
    const metadata = await findMetadata(http, options.resource);
    const key = metadata?.dpop_bound_access_tokens_required === true ? await newKey(metadata) : undefined;
    const scope = scopeOf(options);
    const tokens: TokenSource = issuer
      ? playedTokens({ target: options, issuer, scope, key })
      : await realTokens(http, options, scope ?? metadata?.scopes_supported?.join(' '), key);
    const subject = createResourceServer({ target: options, http, tokens, metadata, newKey: () => newKey(metadata) });
    return await runSuite({ ...options, role: 'resource server', name: options.resource, suite: resourceServerSuite, subject, recorder });
  } finally {
    if (issuer) issuer.onExchange = undefined;
    // One that was given is whose it is.
    if (issuer !== options.playIssuer) await issuer?.close();
  }
}

async function issuerOf({ playIssuer: asked, tokens }: ResourceServerOptions): Promise<PlayedIssuer | undefined> {
  if (asked === undefined) return undefined;
  if (typeof asked === 'object' && 'keys' in asked) return asked;
  return playIssuer({ algorithm: tokens?.algorithm, ...(typeof asked === 'string' ? { issuer: asked } : asked) });
}

async function realTokens(
  http: Http,
  options: ResourceServerOptions,
  scope: string | undefined,
  key: ProofKey | undefined,
): Promise<TokenSource> {
  const { issuer = '', user, otherScope } = options;
  const target = { ...options, issuer };
  const metadata = await readMetadata(http, issuer);
  // What clients may ask for at all.
  const registered = union(scope, otherScope, user && metadata.scopes_supported?.includes('openid') ? 'openid' : undefined);
  const clients = createClients({ http, target, registrationEndpoint: metadata.registration_endpoint, scope: registered });
  const person = user && createFormFiller(http, user, { ...usualSelectors, ...user.selectors });
  const server = createAuthorizationServer({ target, metadata, http, clients, person, scope });
  return servedTokens({ target: options, server, scope, hasUser: person !== undefined, key });
}

/** Everything that the operations need. */
function scopeOf({ operation, otherOperation, stepUp, authorizationDetails }: ResourceServerOptions): string | undefined {
  return union(...[operation, otherOperation, stepUp?.operation, authorizationDetails?.operation].map((each) => each?.scope));
}

function union(...scopes: (string | undefined)[]): string | undefined {
  const all = new Set(scopes.flatMap((each) => each?.split(' ') ?? []));
  return all.size === 0 ? undefined : [...all].join(' ');
}

async function newKey(metadata: ResourceMetadata | undefined): Promise<ProofKey> {
  const { dpop_signing_alg_values_supported: supported } =
    metadata ?? notApplicable('it has no metadata that says it takes bound tokens (DPoP)');
  return newProofKey(supported ?? notApplicable('its metadata does not say that it takes bound tokens (DPoP)'));
}
