import { patience } from '@rolecall/test-services/patience';
import { configureVitest } from '@rolecall/test-services/vitest-config';
import { defineConfig } from 'vitest/config';
import { findChromium } from '@rolecall/verifier/person/find-chromium';

const include = ['end-to-end/**/*.e2e.ts'];
const stores = await configureVitest({ include, report: 'e2e' });
const exclude: string[] = [];
/** What roles of two versions say to each other has nothing to do with where they keep things. */
const embeddedOnly = ['end-to-end/neighbouring-versions.e2e.ts'];

if (findChromium() === undefined) {
  const message = 'there is no Chromium on this machine (CHROMIUM_PATH names one)';
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES=1, but ${message}`);
  process.stderr.write(`\nNOT RUN in a browser: ${message}\n\n`);
  exclude.push('**/*.browser.e2e.ts');
}

export default defineConfig({
  test: {
    ...stores.test,
    projects: [
      ...stores.test.projects.map((project) => ({
        ...project,
        // Each file starts whole programs: one after the other, so that two cores are enough for the times that are measured.
        test: {
          ...project.test,
          exclude: project.test.name === 'embedded' ? exclude : [...exclude, ...embeddedOnly],
          hookTimeout: 120_000,
        },
      })),
      // What has nothing to do with stores runs once.
      {
        extends: true,
        test: {
          name: 'no stores',
          include: ['images/**/*.e2e.ts', 'role-swap/**/*.e2e.ts', 'alone/**/*.e2e.ts', 'interoperability/**/*.e2e.ts'],
          exclude,
          ...patience,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
    fileParallelism: false,
  },
});
