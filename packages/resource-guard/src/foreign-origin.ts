import type { IncomingMessage } from 'node:http';
import { headerFields } from '@rolecall/contracts/bearer/credentials';

/** A page that has no business here sent the request. There is no error code for it in RFC 6750, and no other token would help: 403 without a challenge. */
export class ForeignOriginError extends Error {
  readonly statusCode = 403;
}

/**
 * Refuses what pages of other origins send, where a list says which may (a server on the user's own machine, an MCP server): whoever gets a browser to resolve
 * a name to this server's address could speak to it through that browser. Requests without `Origin` come from no page, or are a page's own GET or HEAD, which
 * browsers send without: what such a page lacks is a token.
 *
 * @param allowed as browsers write them: `https://app.example`.
 * @throws ForeignOriginError
 */
export function refuseForeignOrigin(request: Pick<IncomingMessage, 'rawHeaders'>, allowed: readonly string[]): void {
  if (!headerFields(request, 'origin').every((origin) => allowed.includes(origin)))
    throw new ForeignOriginError('this origin is not allowed here');
}
