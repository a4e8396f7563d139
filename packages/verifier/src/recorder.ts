import type { Exchange } from './exchange.ts';

/** What goes over the wire while one check runs: checks run one after another. */
export interface Recorder {
  /** Adds an exchange, which may still get its response. */
  record(exchange: Exchange): void;
  /** What was recorded since the last time, in order. */
  take(): Exchange[];
}

/** The longest record of one check: one that asks more often shows its last exchanges. */
const LONGEST = 60;

export function createRecorder(): Recorder {
  let exchanges: Exchange[] = [];
  return {
    record: (exchange) => {
      exchanges.push(exchange);
      if (exchanges.length > LONGEST) exchanges.shift();
    },
    take: () => {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
  };
}
