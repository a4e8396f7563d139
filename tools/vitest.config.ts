import { patience } from '@rolecall/test-services/patience';
import { reportTo } from '@rolecall/test-services/report';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', reportTo('reports/test.json')],
    ...patience,
  },
});
