import type { FastifyInstance } from 'fastify';
import type { DestinationStream } from 'pino';
import type { Lane, LogLine, Role } from './exchange.ts';
import { createFaults, type FaultKind, type Faults } from './faults.ts';
import { createLabClock, type LabClock } from './lab-clock.ts';
import { toLogLines } from './log-lines.ts';
import { recordReceived } from './record-received.ts';
import { recordedFetch } from './record-sent.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { LAB_PATH, registerLabRoutes } from './routes.ts';
import { registerTransportFaults, transportFaults } from './transport-faults.ts';

/** Exchanges that a role keeps. */
const CAPACITY = 1_000;

export interface LabOptions {
  role: Role;
  /** Where the other roles are: origins. */
  peers: Partial<Record<Role, string>>;
  /** What else can be made to go wrong here than what can anywhere. */
  faults?: readonly FaultKind[];
  /** Adds what makes those happen that are in responses. */
  registerFaults?: (app: FastifyInstance, faults: Faults) => void;
  /** Where that happens which can go wrong anywhere, unless it is said. */
  usualPath: string;
  /** Beginnings of paths that are not recorded, beside health checks, assets and the lab itself. */
  ignoredPaths?: readonly string[];
  /** From where else than this machine the lab may be used: networks, separated by commas. */
  networks?: string | undefined;
}

/** A role's instruments. Where there is no lab, nothing of it is there: no hook, no route, no wrapped function. */
export interface Lab {
  clock: LabClock;
  faults: Faults;
  recorder: Recorder;
  /** Records what this role sends. */
  fetch: typeof fetch;
  /** A further destination for the role's log: lines go into the record of the exchange that they belong to. */
  log: DestinationStream;
  /** Adds hooks and routes. Has to come before the role's own. */
  register(app: FastifyInstance): void;
}

export function createLab({ role, peers, faults: own = [], registerFaults, usualPath, ignoredPaths = [], networks }: LabOptions): Lab {
  const lanes = new Map<string, Lane>(Object.entries(peers).map(([name, address]) => [new URL(address).origin, name as Role]));
  const clock = createLabClock();
  const recorder = createRecorder(CAPACITY);
  const faults = createFaults([...transportFaults(usualPath), ...own]);
  const ignored = [LAB_PATH, '/health', '/assets', '/favicon.ico', ...ignoredPaths];
  let addLine: (requestId: string, line: LogLine) => void = () => {};
  return {
    clock,
    faults,
    recorder,
    fetch: recordedFetch({ from: role, recorder, laneOf: (origin) => lanes.get(origin) }),
    log: toLogLines((requestId, line) => addLine(requestId, line)),
    register: (app) => {
      const ignores = (path: string): boolean => ignored.some((start) => path === start || path.startsWith(`${start}/`));
      const receiving = recordReceived(app, { role, recorder, ignores });
      addLine = receiving.addLine;
      registerTransportFaults(app, faults);
      registerFaults?.(app, faults);
      receiving.recordResponses();
      registerLabRoutes(app, { recorder, clock, faults, networks });
    },
  };
}
