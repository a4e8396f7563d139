import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Stops what the configuration started, once the last test has ended. */
export default function setup(project: TestProject): () => Promise<void> {
  return async () => {
    const services = globalThis.rolecallTestServices;
    globalThis.rolecallTestServices = undefined;
    if (services && services.source !== 'none') await services.stop();
    await rm(dirname(project.getProvidedContext().emptyDatabase), { recursive: true, force: true });
  };
}
