import { setTimeout as pause } from 'node:timers/promises';
import { notTried } from '../finding.ts';
import type { Http } from '../http.ts';
import type { ClientTarget, PlayedAddresses } from './target.ts';

/** The client under test, where it is started by the verifier. */
export interface RunningClient {
  /** Stops it where it runs, starts it, and waits until it answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const LONGEST_START_MILLISECONDS = 30_000;
const EVERY_MILLISECONDS = 100;

export function createRunningClient({ launch, startUrl }: ClientTarget, addresses: PlayedAddresses, quiet: Http): RunningClient {
  let stopIt: (() => Promise<void>) | undefined;
  const stop = async (): Promise<void> => {
    const stopping = stopIt;
    stopIt = undefined;
    await stopping?.();
  };
  return {
    stop,
    start: async () => {
      await stop();
      stopIt = await launch?.(addresses);
      await answers(startUrl, quiet);
    },
  };
}

/** Waits until there is somebody at an address, whatever they say. Any page but the start of a sign-in does: nothing has to begin yet. */
async function answers(startUrl: string, quiet: Http): Promise<void> {
  const deadline = Date.now() + LONGEST_START_MILLISECONDS;
  for (;;) {
    try {
      await quiet.ask({ url: new URL('/favicon.ico', startUrl).href });
      return;
    } catch {
      if (Date.now() > deadline) notTried(`there is no client at ${new URL(startUrl).origin}: nothing answered`);
      await pause(EVERY_MILLISECONDS);
    }
  }
}
