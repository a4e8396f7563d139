import type { FastifyRequest } from 'fastify';
import type { Faults } from './faults.ts';
import { Breakdown, invalidToken, Refusal } from './refusal.ts';

export interface Presented {
  scheme: 'Bearer' | 'DPoP';
  token: string;
}

/** The token of a request, from its header (RFC 6750 §2.1, RFC 9449 §7.1). */
export function presentedToken(request: FastifyRequest, faults: Faults): Presented {
  const [value, ...more] = headersOf(request, faults);
  const query = (request.query as Record<string, unknown>)['access_token'];
  if (faults.has('tokenInQuery') && typeof query === 'string') return { scheme: 'Bearer', token: query };
  if (more.length > 0) throw new Refusal(400, 'invalid_request');
  const [, written = '', rest = ''] = /^(\S+)(.*)$/.exec(value ?? '') ?? [];
  const scheme = (['Bearer', 'DPoP'] as const).find((each) =>
    faults.has('schemeByCase') ? each === written : each.toLowerCase() === written.toLowerCase(),
  );
  if (scheme === undefined) throw new Refusal(401);
  const token = /^ +([\w~+/.-]+=*)$/.exec(rest)?.[1];
  if (token !== undefined) return { scheme, token };
  throw faults.has('malformedIsError') ? new Breakdown('it cannot be split') : invalidToken();
}

function headersOf(request: FastifyRequest, faults: Faults): string[] {
  const values = request.raw.headersDistinct['authorization'] ?? [];
  const longest = values.toSorted((one, other) => other.length - one.length)[0];
  return faults.has('eitherHeader') && longest !== undefined ? [longest] : values;
}
