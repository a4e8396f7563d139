import * as z from 'zod';

/** An http or https address. */
export const address = z.url({ protocol: /^https?$/ }).meta({ pattern: '^https?://' });
