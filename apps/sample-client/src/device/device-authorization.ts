import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { isUsableEndpoint } from '../discovery/endpoint.ts';
import type { DpopKey } from '../dpop/proofs.ts';
import { libraryClient } from '../token/client-authentication.ts';
import type { TokenEndpoint } from '../token/endpoint.ts';
import { failureOf } from '../token/refused.ts';

/** What the user is shown, and what is asked with meanwhile (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  issuer: string;
  resource: string;
  requestedScope?: string;
  /** To which the tokens will be bound. */
  dpopKey?: DpopKey;
  /** Never shown: with it the tokens are fetched. */
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  /** The same with the code in it, for the QR code. */
  completeUri?: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Between two questions. Grows when the server asks for it, or does not answer. */
  intervalSeconds: number;
  /** Milliseconds since the epoch: not before then is it asked again. */
  askAt: number;
  /** How it ended, if not with access. */
  end?: { kind: 'denied' | 'expired' | 'refused'; refusal?: { error: string; description?: string } };
}

/** RFC 8628 §3.2: what counts when the server does not say. */
const INTERVAL_SECONDS = 5;
/** Nobody waits at the page for longer, whatever the server allows. */
const LONGEST_SECONDS = 1_800;
/** What a URI is made of (RFC 3986), and short enough for a QR code that can be scanned. */
const ADDRESS = /^[\x21-\x7e]{1,1000}$/;
const USER_CODE = /^[\x21-\x7e][\x20-\x7e]{0,63}$/;

/**
 * Asks for a code that the user types in elsewhere.
 *
 * @throws TokenRefusedError when the authorization server refuses, PeerError when its answer is missing or cannot be used.
 */
export async function requestDeviceAuthorization(
  { identities, clock, outboundFetch, proofs }: TokenEndpoint,
  authorizationServer: AuthorizationServer,
  asked: { resource: string; scope: string | undefined },
): Promise<DeviceAuthorization> {
  const { clientId, authentication } = await identities.at(authorizationServer);
  const dpopKey = proofs.newKey(authorizationServer);
  const client = libraryClient(clientId, clock);
  const parameters = { resource: asked.resource, ...(asked.scope !== undefined && { scope: asked.scope }) };
  try {
    const response = await oauth.deviceAuthorizationRequest(authorizationServer, client, authentication, parameters, {
      [oauth.customFetch]: outboundFetch,
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    });
    const answer = await oauth.processDeviceAuthorizationResponse(authorizationServer, client, response);
    const intervalSeconds = Math.min(Math.max(answer.interval ?? INTERVAL_SECONDS, 1), LONGEST_SECONDS);
    const { issuer } = authorizationServer;
    return {
      issuer,
      resource: asked.resource,
      ...(asked.scope !== undefined && { requestedScope: asked.scope }),
      ...shown(answer, issuer),
      ...(dpopKey !== undefined && { dpopKey }),
      deviceCode: answer.device_code,
      expiresAt: clock.now() + Math.min(answer.expires_in, LONGEST_SECONDS) * 1000,
      intervalSeconds,
      askAt: clock.now() + intervalSeconds * 1000,
    };
  } catch (error) {
    throw failureOf(error);
  }
}

/** What becomes text and links on a page: "javascript:" must never get there. */
function shown(answer: oauth.DeviceAuthorizationResponse, issuer: string) {
  const { user_code: userCode, verification_uri: verificationUri, verification_uri_complete: completeUri } = answer;
  if (!USER_CODE.test(userCode)) throw new Error('the user code has characters that nobody can type');
  if (!isUsableLink(verificationUri, issuer)) throw new Error('the verification address is no usable one');
  return { userCode, verificationUri, ...(isUsableLink(completeUri, issuer) && { completeUri }) };
}

const isUsableLink = (address: unknown, issuer: string): address is string => isUsableEndpoint(address, issuer) && ADDRESS.test(address);
