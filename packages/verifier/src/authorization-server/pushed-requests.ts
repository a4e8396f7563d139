import { failed } from '../finding.ts';
import type { Answer, Fields } from '../http.ts';
import { seen } from '../judge.ts';
import type { AuthorizationRequest, AuthorizationServer, TokenOptions } from './subject.ts';
import type { KnownClient } from './target.ts';

/** A request that the server keeps, and the reference to it (RFC 9126 §2.2). */
export interface Pushed {
  client: KnownClient;
  request: AuthorizationRequest;
  reference: string;
}

/** Pushes exactly these parameters, as this client. @throws Finding (`not applicable`) where nothing is pushed. */
export function push(server: AuthorizationServer, client: KnownClient, parameters: Fields, options?: TokenOptions): Promise<Answer> {
  return server.asClient(client, server.endpoint('pushed_authorization_request_endpoint'), parameters, options);
}

/** Pushes a right request. @throws Finding (`failed`) where it is not taken. */
export async function pushed(server: AuthorizationServer, client: KnownClient, changes: Fields = {}): Promise<Pushed> {
  const request = server.authorizationRequest(client, changes);
  const answer = await push(server, client, request.parameters);
  const { request_uri: reference } = answer.status < 300 ? answer.json() : {};
  if (typeof reference !== 'string') return failed(`a right pushed request was answered with ${seen(answer)}`);
  return { client, request, reference };
}
