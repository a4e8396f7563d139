import { z } from 'zod';
import { type DocumentName, documents } from './documents.ts';

const names = Object.keys(documents) as [DocumentName, ...DocumentName[]];

/** What a requirement comes from: a document, and its sections by number (`5.2`) or by name. */
export const source = z.strictObject({ document: z.enum(names), sections: z.array(z.string().min(1)) });
export type Source = z.infer<typeof source>;

/** @param sections numbers of sections as the document has them (`5.2`), or names where it has no numbers */
export const from = (document: DocumentName, ...sections: string[]): Source => ({ document, sections });

/** Whether a section is named by its number: `5.2`, `A`. */
const isNumber = (section: string): boolean => /^(?:\d+|[A-Z])(?:\.\d+)*$/.test(section);

/** How a section is cited: § before a number, a name as it is. */
export const sectionLabel = (section: string): string => (isNumber(section) ? `§${section}` : section);

/** The address of a section, or of its document where that has no anchor for it. */
export function sourceUrl(name: DocumentName, section?: string): string {
  const { url, anchor }: { url: string; anchor?: string } = documents[name];
  if (section === undefined || anchor === undefined || !isNumber(section)) return url;
  return `${url}${anchor}${section}`.replace('#section-A', '#appendix-A');
}
