import type * as z from 'zod';
import { accessTokenClaims } from '../access-token.ts';
import { authorizationRequest } from '../authorization-request.ts';
import { authorizationGranted, authorizationRefused, authorizationResponse } from '../authorization-response.ts';
import { authorizationServerMetadata } from '../authorization-server-metadata.ts';
import { challengeParameters } from '../bearer/challenge-parameters.ts';
import { basicCredentials, clientAssertionClaims, clientAssertionHeader, clientAuthentication } from '../client-authentication.ts';
import { clientKey, clientKeySet } from '../client-keys.ts';
import { clientInformation, clientMetadata, clientMetadataDocument, clientUpdate } from '../client-registration.ts';
import { dpopProofClaims, dpopProofHeader } from '../dpop-proof.ts';
import * as errors from '../error-response.ts';
import { alive, readiness } from '../health.ts';
import { introspectionJwtClaims, introspectionResponse, tokenInQuestion } from '../introspection.ts';
import { jsonWebKeySet } from '../jwks.ts';
import { note, noteContent, notePage, notesError } from '../notes.ts';
import { protectedResourceMetadata, signedMetadataClaims, signedMetadataHeader } from '../protected-resource-metadata.ts';
import { revocationsClaims } from '../revocations.ts';
import { accessTokenHeader, introspectionJwtHeader, revocationsHeader } from '../token-header.ts';
import * as requests from '../token-request.ts';
import { tokenResponse } from '../token-response.ts';

export type Role = 'client' | 'authorization-server' | 'resource-server';

/** A message, or what travels inside of one: who writes it, who reads it, and where it is defined. */
export interface Message {
  schema: z.ZodType;
  sender: Role | 'any role';
  /** Roles, or whoever runs the service. */
  receivers: readonly (Role | 'operator')[];
  description: string;
}

const from =
  (sender: Message['sender'], ...receivers: Message['receivers'][number][]) =>
  (schema: z.ZodType, description: string): Message => ({ schema, sender, receivers, description });

const clientToServer = from('client', 'authorization-server');
const clientToResource = from('client', 'resource-server');
const resourceToServer = from('resource-server', 'authorization-server');
const serverToClient = from('authorization-server', 'client');
const serverToResource = from('authorization-server', 'resource-server');
const serverToBoth = from('authorization-server', 'client', 'resource-server');
const resourceToClient = from('resource-server', 'client');

/** All messages of the three edges, by name. */
export const messages: Readonly<Record<string, Message>> = {
  AuthorizationRequest: clientToServer(authorizationRequest, 'RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1. Brought by a browser.'),
  AuthorizationGranted: serverToClient(authorizationGranted, 'RFC 6749 §4.1.2, RFC 9207 §2. Brought by a browser.'),
  AuthorizationRefused: serverToClient(authorizationRefused, 'RFC 6749 §4.1.2.1, RFC 9207 §2. Brought by a browser.'),
  AuthorizationResponse: serverToClient(authorizationResponse, 'RFC 6749 §4.1.2: the one or the other.'),
  BasicCredentials: clientToServer(
    basicCredentials,
    'RFC 6749 §2.3.1. The value of Authorization: client_id and secret, each form-encoded.',
  ),
  ClientAuthentication: clientToServer(clientAuthentication, 'RFC 6749 §2.3, RFC 7521 §4.2. What a form says of who sends it.'),
  ClientAssertionHeader: clientToServer(clientAssertionHeader, 'RFC 7523 §2.2, RFC 10070.'),
  ClientAssertionClaims: clientToServer(clientAssertionClaims, 'RFC 7523 §3. Both iss and sub are the client_id; jti counts once.'),
  AuthorizationCodeRequest: clientToServer(requests.authorizationCodeRequest, 'RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2.'),
  RefreshTokenRequest: clientToServer(requests.refreshTokenRequest, 'RFC 6749 §6, RFC 8707 §2.2.'),
  ClientCredentialsRequest: clientToServer(requests.clientCredentialsRequest, 'RFC 6749 §4.4.2, RFC 8707 §2.2.'),
  TokenRequest: clientToServer(requests.tokenRequest, 'RFC 6749 §3.2. What belongs to it follows from grant_type.'),
  TokenResponse: serverToClient(tokenResponse, 'RFC 6749 §5.1.'),
  TokenError: serverToClient(errors.tokenError, 'RFC 6749 §5.2.'),
  ErrorResponse: serverToBoth(errors.errorResponse, 'RFC 6749 §5.2. An error of no endpoint in particular.'),
  RevocationRequest: clientToServer(tokenInQuestion, 'RFC 7009 §2.1. The answer has no body.'),
  RevocationError: serverToClient(errors.revocationError, 'RFC 7009 §2.2.1.'),
  ClientMetadata: clientToServer(clientMetadata, 'RFC 7591 §2.'),
  ClientUpdate: clientToServer(clientUpdate, 'RFC 7592 §2.2.'),
  ClientInformation: serverToClient(clientInformation, 'RFC 7591 §3.2.1, RFC 7592 §3.'),
  ClientMetadataDocument: clientToServer(clientMetadataDocument, 'draft-ietf-oauth-client-id-metadata-document.'),
  ClientKey: clientToServer(clientKey, 'RFC 7517 §4. A key that assertions can be verified with.'),
  ClientKeySet: clientToServer(clientKeySet, 'RFC 7517 §5. Entries that are no ClientKey are passed over.'),
  RegistrationError: serverToClient(errors.registrationError, 'RFC 7591 §3.2.2.'),
  RegistrationManagementError: serverToClient(errors.registrationManagementError, 'RFC 7592 §2.'),
  AuthorizationServerMetadata: serverToBoth(authorizationServerMetadata, 'RFC 8414 §2.'),
  JsonWebKeySet: serverToBoth(jsonWebKeySet, 'RFC 7517 §5.'),
  AccessTokenHeader: serverToResource(accessTokenHeader, 'RFC 9068 §2.1.'),
  AccessTokenClaims: serverToResource(accessTokenClaims, 'RFC 9068 §2.2. Brought by a client, to which it is opaque.'),
  IntrospectionRequest: resourceToServer(tokenInQuestion.clone(), 'RFC 7662 §2.1.'),
  IntrospectionResponse: serverToResource(introspectionResponse, 'RFC 7662 §2.2.'),
  IntrospectionJwtHeader: serverToResource(introspectionJwtHeader, 'RFC 9701 §5.'),
  IntrospectionJwtClaims: serverToResource(introspectionJwtClaims, 'RFC 9701 §5.'),
  IntrospectionError: serverToResource(errors.introspectionError, 'RFC 7662 §2.3, RFC 9701 §5.'),
  RevocationsHeader: serverToResource(revocationsHeader, 'The header of the signed feed of revocations.'),
  RevocationsClaims: serverToResource(revocationsClaims, 'What was revoked: the claims of the signed feed.'),
  RevocationsError: serverToResource(errors.revocationsError, 'RFC 6749 §5.2.'),
  DpopProofHeader: clientToResource(dpopProofHeader, 'RFC 9449 §4.2.'),
  DpopProofClaims: clientToResource(dpopProofClaims, 'RFC 9449 §4.2, §7. For one request with one token, once.'),
  NoteContent: clientToResource(noteContent, 'A note to be made or replaced.'),
  Note: resourceToClient(note, 'A note.'),
  NotePage: resourceToClient(notePage, 'A page of notes, newest first.'),
  NotesError: resourceToClient(notesError, 'Why it was not done. Codes of RFC 6750 §3.1 and of the API’s own.'),
  Challenge: resourceToClient(
    challengeParameters,
    'RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1. The parameters of WWW-Authenticate.',
  ),
  ProtectedResourceMetadata: resourceToClient(protectedResourceMetadata, 'RFC 9728 §2.'),
  SignedMetadataHeader: resourceToClient(signedMetadataHeader, 'RFC 9728 §2.2.'),
  SignedMetadataClaims: resourceToClient(signedMetadataClaims, 'RFC 9728 §2.2.'),
  Alive: from('any role', 'operator')(alive, 'The process answers.'),
  Readiness: from('any role', 'operator')(readiness, 'Whether what it depends on answers.'),
};
