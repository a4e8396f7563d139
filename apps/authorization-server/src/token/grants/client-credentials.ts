import { clientCredentialsRequest } from '@rolecall/contracts/token-request';
import type { AskAccessTokenHook } from '../../hooks/access-token-hook.ts';
import { OAuthError } from '../../oauth-error.ts';
import { readMessage } from '../../parameters.ts';
import { resolveTarget, scopesAt } from '../../resources/resolve-target.ts';
import type { ResourceStore } from '../../stores/types.ts';
import type { IssueAccessToken } from '../issue-access-token.ts';
import type { GrantHandler } from './grant.ts';

/** The client credentials grant (RFC 6749 §4.4): the client acts for itself. No refresh token (§4.4.3). */
export function clientCredentialsGrant(options: {
  resources: ResourceStore;
  issueAccessToken: IssueAccessToken;
  askHook: AskAccessTokenHook | undefined;
}): GrantHandler {
  return async ({ client, form, request }) => {
    // A public client cannot prove who it is: anybody could have its token (OAuth 2.1 §4.2).
    if (client.tokenEndpointAuthMethod === 'none')
      throw new OAuthError('unauthorized_client', 'A public client cannot use the client credentials grant.');
    const { scope, resource } = readMessage(clientCredentialsRequest, form);
    const { resources, scopes } = resolveTarget(client, await options.resources.list(), { scope, resources: resource });
    const [audience, ...others] = resources;
    if (audience === undefined || others.length > 0) throw new OAuthError('invalid_target', 'Name the one resource that the token is for.');
    const content = { subject: client.id, clientId: client.id, resource: audience, scopes: scopesAt(audience, scopes) };
    const claims = options.askHook && (await options.askHook(request, 'client_credentials', content));
    return options.issueAccessToken({ ...content, claims });
  };
}
