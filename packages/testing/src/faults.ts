import type { ActiveFault, FaultKind, Faults } from '@rolecall/lab/faults';
import { EcosystemError } from './ecosystem-error.ts';

/** What can be made to go wrong at one role. */
export interface RoleFaults {
  /** All that can, with what it does and where. */
  readonly catalogue: readonly FaultKind[];
  /** What is still to happen. */
  active(): ActiveFault[];
  /**
   * Makes a fault happen, to requests that begin from now on.
   *
   * @param options.count how many times; once unless it is said.
   * @param options.path where, for those that are about a path: what paths begin with. `/` is everywhere.
   * @throws EcosystemError (`unknown_fault`) with the names that there are.
   */
  activate(name: string, options?: { count?: number; path?: string }): Promise<void>;
  /** Ends one, or all. */
  clear(name?: string): Promise<void>;
}

/** The faults of a role; `role` is how messages call it. */
export function roleFaults(role: string, faults: Faults): RoleFaults {
  return {
    catalogue: faults.catalogue,
    active: faults.active,
    activate: async (name, { count = 1, path } = {}) => {
      if (!Number.isInteger(count) || count < 1)
        throw new EcosystemError('invalid_options', `count must be a whole number from 1 (it is ${count})`);
      if (path !== undefined && !path.startsWith('/'))
        throw new EcosystemError('invalid_options', `path must begin with a slash (it is "${path}")`);
      if (faults.activate(name, { count, path })) return;
      const names = faults.catalogue.map((kind) => kind.name).join(', ');
      throw new EcosystemError('unknown_fault', `the ${role} has no fault "${name}"; it has ${names}`);
    },
    clear: async (name) => (name === undefined ? faults.clear() : faults.deactivate(name)),
  };
}
