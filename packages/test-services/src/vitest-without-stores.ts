import { defineConfig } from 'vitest/config';
import { patience } from './patience.ts';
import { reportTo } from './report.ts';

/** The Vitest configuration of a project whose tests need no stores, or start a role that brings its own. */
export const withoutStores = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', reportTo('reports/test.json')],
    ...patience,
  },
});
