import { notApplicable, notTried } from '../finding.ts';
import { DEFAULT_REDIRECT_URI } from './clients.ts';
import type { Incoming, Reply } from './own-address.ts';
import { type AuthorizationServer, unguessable } from './subject.ts';
import type { KnownClient } from './target.ts';

/** A client whose `client_id` is the address of a document that the verifier serves. */
export interface DocumentClient {
  client: KnownClient;
  /** Every time that the document was fetched. */
  fetched: Incoming[];
}

/**
 * Serves a right document, or one that is changed.
 *
 * @param changes other members; `undefined` leaves one out.
 * @param reply other than 200 with the document.
 * @throws Finding (`not applicable`) where documents are not announced; (`not tried`) where the server cannot reach the verifier by https.
 */
export async function documentClient(
  server: AuthorizationServer,
  changes: Record<string, unknown> = {},
  reply: (document: string) => Reply = right,
): Promise<DocumentClient> {
  if (server.metadata.client_id_metadata_document_supported !== true)
    notApplicable('client_id_metadata_document_supported is not announced');
  if (!server.target.reachable?.url.startsWith('https:'))
    notTried('the server has to fetch documents from the verifier by https: say at which public address it listens (url and port)');
  const fetched: Incoming[] = [];
  const path = `/client/${unguessable()}`;
  const redirectUri = server.target.redirectUri ?? DEFAULT_REDIRECT_URI;
  const address = await server.ownAddress.serve(path, (incoming) => {
    fetched.push(incoming);
    return reply(
      JSON.stringify({
        client_id: address,
        client_name: 'Rolecall verifier (document)',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        ...changes,
      }),
    );
  });
  return { client: { client_id: address, token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] }, fetched };
}

/** Never kept: each check has to see what the server makes of its own document. */
const right = (body: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body,
});
