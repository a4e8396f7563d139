import { type OAuthErrorCode, oauthErrorStatus } from '../../error-codes.ts';
import type { JsonSchema } from '../json-schema.ts';
import { json, message, noStore, rateLimit, type Response, retryAfter } from '../openapi.ts';

/** What is refused before an endpoint has a say (another method, a body that is too large or of another kind), and what goes wrong inside. */
const OTHERS: Response = { description: 'Refused.', headers: noStore, content: json(message('ErrorResponse')) };

interface Details {
  /** Codes that come with another status here than elsewhere. */
  statuses?: Partial<Record<OAuthErrorCode, number>>;
  /** Further headers of a status. */
  headers?: Record<number, JsonSchema>;
  /** Codes that come with 429: requests are limited, and failures of client authentication. */
  limited?: readonly OAuthErrorCode[];
}

/**
 * The answers with which an endpoint refuses, in JSON, by status (RFC 6749 §5.2): each says which codes come with it.
 *
 * @param error the name of the endpoint's error message.
 * @param codes all codes of the endpoint.
 */
export function refusals(error: string, codes: readonly OAuthErrorCode[], details: Details = {}): Record<string, Response> {
  const { statuses = {}, headers = {}, limited = ['temporarily_unavailable'] } = details;
  const byStatus = Map.groupBy(
    codes.filter((code) => code !== 'server_error'),
    (code) => statuses[code] ?? oauthErrorStatus[code],
  );
  const refusal = (status: number, allowed: readonly OAuthErrorCode[], own: JsonSchema): Response => ({
    description: allowed.join(', '),
    headers: { ...noStore, ...rateLimit, ...own, ...headers[status] } as Record<string, JsonSchema>,
    content: json({ allOf: [message(error), { properties: { error: { enum: allowed } } }] }),
  });
  const responses = [...byStatus].map(([status, allowed]): [string, Response] => [
    String(status),
    refusal(status, allowed, status === 503 ? retryAfter(false) : {}),
  ]);
  return { ...Object.fromEntries(responses), 429: refusal(429, limited, retryAfter()), default: OTHERS };
}
