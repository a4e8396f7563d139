import { withoutStores } from '@rolecall/test-services/vitest-without-stores';
import { defineConfig, mergeConfig } from 'vitest/config';
import { findChromium } from './src/person/find-chromium.ts';

const exclude: string[] = [];
if (findChromium() === undefined) {
  const message = 'there is no Chromium on this machine (CHROMIUM_PATH names one)';
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES=1, but ${message}`);
  process.stderr.write(`\nNOT RUN in a browser: ${message}\n\n`);
  exclude.push('**/*.browser.test.ts');
}

// The examples are tests of their own, as whoever copies one would run it.
export default mergeConfig(withoutStores, defineConfig({ test: { include: ['examples/*/*.test.ts'], exclude } }));
