import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '@rolecall/service-kit/config';
import type { HooksModule } from './types.ts';

/** The hooks that there are. */
const NAMES: readonly string[] = ['onAccessToken'] satisfies (keyof HooksModule)[];

/**
 * Loads the module that `HOOKS_MODULE` names. A hook that is there and not called, because of a typing error in its name, would be worse than none.
 *
 * @param path absolute, or relative to the working directory.
 * @throws ConfigError in one sentence, when it cannot be loaded or exports anything but hooks.
 */
export async function loadHooks(path: string): Promise<HooksModule> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError([`HOOKS_MODULE cannot be loaded: ${firstLine(error)}`]);
  }
  const unknown = Object.keys(exported).filter((name) => !NAMES.includes(name));
  if (unknown.length > 0)
    throw new ConfigError([`HOOKS_MODULE exports what is no hook: ${unknown.join(', ')} (a hook is ${NAMES.join(', ')})`]);
  if (Object.keys(exported).length === 0) throw new ConfigError([`HOOKS_MODULE exports no hook (a hook is ${NAMES.join(', ')})`]);
  for (const name of NAMES)
    if (typeof exported[name] !== 'function') throw new ConfigError([`HOOKS_MODULE exports ${name}, which is not a function`]);
  return exported;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] as string;
}
