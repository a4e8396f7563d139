import type { Faults } from './faults.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';
import type { Refusal } from './refusal.ts';

/** What a refusal is answered with (RFC 6750 §3, RFC 9449 §7.1). */
export function challengesFor(refusal: Refusal, { scope, metadata, faults }: { scope: string; metadata: string; faults: Faults }): string {
  const { code, parameters, scheme } = refusal;
  const hidden = code === 'insufficient_scope' && faults.has('scopeErrorUnnamed');
  const error = hidden ? undefined : (code ?? (faults.has('errorWithoutToken') ? 'invalid_token' : undefined));
  const challenge = (name: string, own: Record<string, string>): string => {
    const tried = name === scheme;
    const all = Object.entries({
      realm: 'notes',
      ...(tried && error && { error }),
      ...(!faults.has('scopesUnnamed') && { scope }),
      ...parameters,
      ...own,
      resource_metadata: metadata,
    });
    if (faults.has('brokenChallenge')) all.push(['scope', scope]);
    return `${name} ${all.map(([each, value]) => `${each}="${value}"`).join(', ')}`;
  };
  return [challenge('Bearer', {}), challenge('DPoP', { algs: PROOF_ALGORITHMS.join(' ') })].join(', ');
}
