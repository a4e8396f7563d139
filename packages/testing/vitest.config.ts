import { patience } from '@rolecall/test-services/patience';
import { reportTo } from '@rolecall/test-services/report';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The examples are tests of their own, as whoever copies one would run it.
    include: ['test/**/*.test.ts', 'examples/*/*.test.ts'],
    reporters: ['default', reportTo('reports/test.json')],
    ...patience,
  },
});
