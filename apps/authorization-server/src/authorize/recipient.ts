import type { Parameters } from '@rolecall/service-kit/parameters';
import { parameter } from '../parameters.ts';
import { PageError } from '../page-error.ts';
import type { Client, ClientStore } from '../stores/types.ts';
import { isIdentifier } from '../token/client-authentication.ts';
import { isSafeRedirectUri, matchesRedirectUri } from './redirect-uri.ts';

/** Whose request it is, and where the answer may be sent. Nothing is redirected before this is known. */
export interface Recipient {
  client: Client;
  redirectUri: string;
}

const TITLE = 'This link cannot be trusted';

/**
 * Checks `client_id` and `redirect_uri` (RFC 6749 §3.1.2.4, §4.1.2.1).
 *
 * @throws PageError: a mistake here is shown by this server and never sent to the address in question (RFC 9700 §4.11.2).
 */
export async function identifyRecipient(parameters: Parameters, clients: ClientStore): Promise<Recipient> {
  for (const name of ['client_id', 'redirect_uri'])
    if ((parameters[name]?.length ?? 0) > 1) throw new PageError(TITLE, `The application that sent you here gave ${name} more than once.`);

  const clientId = parameter(parameters, 'client_id');
  if (clientId === undefined)
    throw new PageError(TITLE, 'The application that sent you here did not say who it is (client_id is missing).');
  const client = isIdentifier(clientId) ? await clients.find(clientId) : undefined;
  if (client === undefined || client.disabled)
    throw new PageError(TITLE, 'The application that sent you here is not known to this server (client_id).');

  return { client, redirectUri: chooseRedirectUri(client, parameter(parameters, 'redirect_uri')) };
}

function chooseRedirectUri(client: Client, requested: string | undefined): string {
  const [only, ...others] = client.redirectUris;
  if (requested === undefined && (only === undefined || others.length > 0))
    throw new PageError(TITLE, 'The application that sent you here did not say where to return to (redirect_uri is missing).');
  const redirectUri = requested ?? (only as string);
  const registered = client.redirectUris.some((uri) => matchesRedirectUri(uri, redirectUri));
  if (!registered || !isSafeRedirectUri(redirectUri))
    throw new PageError(
      TITLE,
      `The address to return to is not one that ${client.name} has registered (redirect_uri). Somebody may be trying to get at your account: do not go on.`,
    );
  return redirectUri;
}
