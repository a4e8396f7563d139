import { findChromium } from '@rolecall/verifier/person/find-chromium';
import { type Browser, chromium } from 'playwright-core';

/** What keeps Chromium quiet and lets it run as root, as in a container. */
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/**
 * Opens a Chromium without a window.
 *
 * @throws Error when there is none; the end-to-end configuration leaves browser tests out, loudly, before it comes to that.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('there is no Chromium (CHROMIUM_PATH names one)');
  return chromium.launch({ executablePath, args: FLAGS });
}
