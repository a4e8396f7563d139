import { html as template } from 'ghtml';

/**
 * A piece of HTML. `html` escapes every `${value}`; `!${value}` puts in what is HTML already (another piece).
 * Forgetting the mark shows tags as text, which is seen; it never lets a value become markup.
 */
export const html: (literals: TemplateStringsArray, ...values: unknown[]) => string = template;
