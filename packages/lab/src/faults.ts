import { answering } from './trace-context.ts';

/** Something that can be made to go wrong. */
export interface FaultKind {
  name: string;
  /** For people, in a few words. */
  title: string;
  /** What happens, in a sentence. */
  description: string;
  /** The beginning of the paths where it happens, unless it is said. Undefined where it is not about a path. */
  path?: string;
}

/** A fault that was asked for. */
export interface ActiveFault {
  name: string;
  /** How many times more it happens. */
  remaining: number;
  path?: string;
}

/** The faults of one role: which there are, and which are to happen. */
export interface Faults {
  catalogue: readonly FaultKind[];
  active(): ActiveFault[];
  /** @returns false where the catalogue has no such fault. */
  activate(name: string, options: { count: number; path?: string | undefined }): boolean;
  deactivate(name: string): void;
  clear(): void;
  /**
   * Is this fault to happen here and now? Then it has happened once more, and the exchange under way is marked with it. Outside of any exchange nothing happens,
   * nor in one that was under way before the fault was asked for: one that is slow would take what is meant for those after it.
   *
   * @param path of the request, for faults that are about one.
   */
  take(name: string, path?: string): boolean;
}

export function createFaults(catalogue: readonly FaultKind[]): Faults {
  const kinds = new Map(catalogue.map((kind) => [kind.name, kind]));
  const active = new Map<string, { fault: ActiveFault; since: number }>();
  return {
    catalogue,
    active: () => [...active.values()].map(({ fault }) => fault),
    activate: (name, { count, path }) => {
      const kind = kinds.get(name);
      if (kind === undefined) return false;
      const where = kind.path === undefined ? undefined : (path ?? kind.path);
      const fault = { name, remaining: count, ...(where !== undefined && { path: where }) };
      active.set(name, { fault, since: performance.timeOrigin + performance.now() });
      return true;
    },
    deactivate: (name) => void active.delete(name),
    clear: () => active.clear(),
    take: (name, path) => {
      const exchange = answering();
      const found = active.get(name);
      if (exchange === undefined || found === undefined || exchange.startedAt < found.since) return false;
      const { fault } = found;
      if (fault.path !== undefined && path?.startsWith(fault.path) !== true) return false;
      fault.remaining -= 1;
      if (fault.remaining === 0) active.delete(name);
      exchange.fault = name;
      return true;
    },
  };
}
