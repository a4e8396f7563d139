import { z } from 'zod';
import { outcome } from '../outcome.ts';

/** An advisory, an issue, or a requirement of OWASP's ASVS 5.0. */
const reference = z.string().regex(/^(?:ASVS \d+\.\d+\.\d+|CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|keycloak#\d+)$/);

export const attack = z.strictObject({
  id: z.string().regex(/^SEC-\d{2}$/),
  /** The title of its topic. */
  topic: z.string(),
  /** What is tried. */
  attack: z.string().min(10),
  /** What comes of it, in words. */
  result: z.string().min(8),
  /** What the one who tries it can see, where it can be said so: any of these. */
  expected: z.array(outcome),
  /** Where it has worked, or who asks for a defence. */
  seenIn: z.array(reference),
});
export type Attack = z.infer<typeof attack>;

export interface Topic {
  title: string;
  attacks: Attack[];
}

export const topic = (title: string, entries: Omit<Attack, 'topic'>[]): Topic => ({
  title,
  attacks: entries.map((each) => ({ ...each, topic: title })),
});

/** Where a reference of {@link Attack.seenIn} can be read. */
export function referenceUrl(name: string): string {
  if (name.startsWith('CVE-')) return `https://www.cve.org/CVERecord?id=${name}`;
  if (name.startsWith('GHSA-')) return `https://github.com/advisories/${name}`;
  if (name.startsWith('keycloak#')) return `https://github.com/keycloak/keycloak/issues/${name.slice('keycloak#'.length)}`;
  return 'https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/en';
}
