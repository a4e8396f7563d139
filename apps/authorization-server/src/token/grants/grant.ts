import type { TokenResponse } from '@rolecall/contracts/token-response';
import type { Parameters } from '@rolecall/service-kit/parameters';
import type { FastifyRequest } from 'fastify';
import type { Client } from '../../stores/types.ts';

/** What is the same for every grant has been done: the client is who it says it is, and may use this grant. */
export interface GrantRequest {
  client: Client;
  /** The form. No parameter that may not repeat is there twice. */
  form: Parameters;
  request: FastifyRequest;
}

/** One way to get a token. Throws OAuthError when this request may not have one. */
export type GrantHandler = (request: GrantRequest) => Promise<TokenResponse>;
