import { readMetadata } from '../authorization-server/metadata.ts';
import { type OpenedAuthorizationServer, openAuthorizationServer } from '../authorization-server/open.ts';
import { notApplicable } from '../finding.ts';
import { withoutAny } from '@rolecall/lab/redact';
import { givenSecrets } from '../given-secrets.ts';
import { createHttp, type Http } from '../http.ts';
import type { User } from '../person/create-person.ts';
import { createReach, type Reach } from '../reach.ts';
import { createRecorder, type Recorder } from '../recorder.ts';
import type { Report } from '../report.ts';
import { type Progress, runSuite, type Selection } from '../run-suite.ts';
import { findMetadata, type ResourceMetadata } from './metadata.ts';
import { type PlayedIssuer, playIssuer } from './played-issuer/played-issuer.ts';
import { newProofKey, type ProofKey } from '../proof.ts';
import { createResourceServer } from './subject.ts';
import { resourceServerSuite } from './suite.ts';
import type { ResourceServerTarget } from './target.ts';
import { playedTokens } from './tokens/played.ts';
import { servedTokens } from './tokens/served.ts';

export interface ResourceServerOptions extends Omit<ResourceServerTarget, 'profiles'>, Selection, Progress {
  /** Who logs in and consents at the authorization server. Without one, clients act for themselves. */
  user?: User | undefined;
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
  const reach = createReach();
  reach.allow(addressesOf(options));
  const http = createHttp({ recorder, reach, timeout: options.timeout });
  const played = await issuerOf(options);
  let server: OpenedAuthorizationServer | undefined;
  try {
    if (played) {
      reach.allow([played.issuer]);
      played.onExchange = recorder.record;
      await options.onIssuer?.(played);
    }
    const metadata = await findMetadata(http, options.resource);
    reach.announce(options.resource, [metadata?.jwks_uri, ...(metadata?.authorization_servers ?? [])]);
    const key = metadata?.dpop_bound_access_tokens_required === true ? await newKey(metadata) : undefined;
    const needed = scopeOf(options);
    const scope = played ? needed : (needed ?? metadata?.scopes_supported?.join(' '));
    if (!played) server = await opened(options, scope, { http, reach, recorder });
    const shared = { target: options, scope, key };
    const tokens = played
      ? playedTokens({ ...shared, issuer: played })
      : servedTokens({ ...shared, server: (server as OpenedAuthorizationServer).server, hasUser: options.user !== undefined });
    const subject = createResourceServer({ target: options, http, tokens, metadata, newKey: () => newKey(metadata) });
    const secrets = givenSecrets(options);
    const report = await runSuite({
      ...options,
      role: 'resource server',
      name: options.resource,
      suite: resourceServerSuite,
      subject,
      recorder,
      secrets,
    });
    return { ...report, ...(server && { left: withoutAny(secrets, await server.close()) }) };
  } finally {
    if (played) played.onExchange = undefined;
    // One that was given is whose it is.
    if (played !== options.playIssuer) await played?.close();
  }
}

async function issuerOf({ playIssuer: asked, tokens }: ResourceServerOptions): Promise<PlayedIssuer | undefined> {
  if (asked === undefined) return undefined;
  if (typeof asked === 'object' && 'keys' in asked) return asked;
  return playIssuer({ algorithm: tokens?.algorithm, ...(typeof asked === 'string' ? { issuer: asked } : asked) });
}

/** All that somebody has named. */
function addressesOf({ resource, issuer, origins = [], operation, otherOperation, stepUp, authorizationDetails }: ResourceServerOptions) {
  const operations = [operation, otherOperation, stepUp?.operation, authorizationDetails?.operation];
  return [resource, issuer, ...origins, ...operations.map((each) => each?.url)];
}

/** The authorization server, with all that its clients may ask for. */
async function opened(options: ResourceServerOptions, scope: string | undefined, by: { http: Http; reach: Reach; recorder: Recorder }) {
  const { issuer = '', user, profiles, timeout, otherScope, otherResource, clients, initialAccessToken, resource, origins } = options;
  const { scopes_supported: known = [] } = await readMetadata(by.http, issuer);
  const registered = union(scope, otherScope, otherResource?.scope, user && known.includes('openid') ? 'openid' : undefined);
  const target = { issuer, clients, initialAccessToken, resource, scope: registered, origins };
  return openAuthorizationServer({ target, user, profiles, timeout, ...by });
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
