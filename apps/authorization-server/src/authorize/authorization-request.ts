import { codeChallenge, MAXIMUM_STATE_LENGTH } from '@rolecall/contracts/authorization-request';
import type { Parameters } from '@rolecall/service-kit/parameters';
import { OAuthError } from '../oauth-error.ts';
import { parameter, parameterValues, refuseRepeated } from '../parameters.ts';
import { resolveTarget, scopesAt } from '../resources/resolve-target.ts';
import type { Client, Resource } from '../stores/types.ts';
import type { Recipient } from './recipient.ts';

/** A resource, with those of the asked scopes that mean something there: at least one. */
export interface Target {
  resource: string;
  scopes: string[];
}

/** A request that has passed every check. This is what is kept while a person logs in and decides. */
export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  /** What is asked for. */
  targets: Target[];
  state?: string;
  codeChallenge?: string;
  /** Values of OpenID Connect's `prompt` (Core §3.1.2.1), as far as they mean something here. */
  prompt: string[];
  loginHint?: string;
}

type Check = (parameters: Parameters, client: Client) => void;

/** What a request must fulfil, in this order, once its recipient is known. The first failure is the answer, sent to the client by redirect. */
const checks: readonly Check[] = [
  refuseRepeated,
  checkLengths,
  refuseRequestObjects,
  checkResponseType,
  checkResponseMode,
  checkClientMayUseCodes,
  checkCodeChallenge,
  checkPrompt,
];

/** @throws OAuthError with the code that the client is told (RFC 6749 §4.1.2.1, RFC 7636 §4.4.1, RFC 8707 §2). */
export function checkAuthorizationRequest(
  parameters: Parameters,
  recipient: Recipient,
  resources: readonly Resource[],
): AuthorizationRequest {
  const { client, redirectUri } = recipient;
  for (const check of checks) check(parameters, client);
  const asked = { scope: parameter(parameters, 'scope'), resources: parameterValues(parameters, 'resource') };
  const target = resolveTarget(client, resources, asked);
  const [state, challenge, loginHint] = ['state', 'code_challenge', 'login_hint'].map((name) => parameter(parameters, name));
  return {
    clientId: client.id,
    redirectUri,
    targets: target.resources.map((resource) => ({ resource: resource.identifier, scopes: scopesAt(resource, target.scopes) })),
    prompt: promptOf(parameters),
    ...(state !== undefined && { state }),
    ...(challenge !== undefined && { codeChallenge: challenge }),
    // A hint that no name can match is none.
    ...(loginHint !== undefined && loginHint.length <= MAXIMUM_LOGIN_HINT_LENGTH && { loginHint }),
  };
}

const MAXIMUM_LOGIN_HINT_LENGTH = 256;

function checkLengths(parameters: Parameters): void {
  if ((parameter(parameters, 'state')?.length ?? 0) > MAXIMUM_STATE_LENGTH)
    throw new OAuthError('invalid_request', `state is longer than ${MAXIMUM_STATE_LENGTH} characters.`);
}

function refuseRequestObjects(parameters: Parameters): void {
  if (parameter(parameters, 'request') !== undefined) throw new OAuthError('request_not_supported', 'Request objects are not supported.');
  if (parameter(parameters, 'request_uri') !== undefined)
    throw new OAuthError('request_uri_not_supported', 'request_uri is not supported.');
}

function checkResponseType(parameters: Parameters): void {
  const responseType = parameter(parameters, 'response_type');
  if (responseType === undefined) throw new OAuthError('invalid_request', 'response_type is missing.');
  if (responseType !== 'code') throw new OAuthError('unsupported_response_type', 'The only response_type here is code.');
}

function checkResponseMode(parameters: Parameters): void {
  const responseMode = parameter(parameters, 'response_mode');
  if (responseMode !== undefined && responseMode !== 'query')
    throw new OAuthError('invalid_request', 'The only response_mode here is query.');
}

function checkClientMayUseCodes(_parameters: Parameters, client: Client): void {
  if (!client.grantTypes.includes('authorization_code'))
    throw new OAuthError('unauthorized_client', 'This client may not use the authorization code grant.');
}

function checkCodeChallenge(parameters: Parameters, client: Client): void {
  const challenge = parameter(parameters, 'code_challenge');
  const method = parameter(parameters, 'code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) throw new OAuthError('invalid_request', 'code_challenge is missing beside code_challenge_method.');
    if (client.requirePkce) throw new OAuthError('invalid_request', 'code_challenge is missing: this client must use PKCE.');
    return;
  }
  // Without a method the challenge would be `plain` (RFC 7636 §4.3), which protects nothing from who can read the request.
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256.');
  if (!codeChallenge.safeParse(challenge).success)
    throw new OAuthError('invalid_request', 'code_challenge must be 43 base64url characters, as S256 makes them.');
}

function checkPrompt(parameters: Parameters): void {
  const prompt = promptOf(parameters);
  if (prompt.includes('none') && prompt.length > 1)
    throw new OAuthError('invalid_request', 'prompt=none cannot be combined with another value.');
}

function promptOf(parameters: Parameters): string[] {
  const values = new Set((parameter(parameters, 'prompt') ?? '').split(' '));
  return ['none', 'login', 'consent'].filter((value) => values.has(value));
}
