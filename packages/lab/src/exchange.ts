import * as z from 'zod';

/** Who can be at either end of an exchange. `browser` is also whoever says nothing about itself: a person's browser, curl. */
export const lane = z.enum(['browser', 'attacker', 'client', 'authorization-server', 'resource-server']);
export type Lane = z.infer<typeof lane>;

/** The lanes that are services. */
export type Role = Exclude<Lane, 'browser' | 'attacker'>;

const headers = z.array(z.tuple([z.string(), z.string()]));

const requestRecord = z.object({
  method: z.string(),
  /** Absolute. */
  url: z.string(),
  headers,
  /** As it was sent, as far as it was kept. */
  body: z.string().optional(),
});

const responseRecord = z.object({ status: z.int(), headers, body: z.string().optional() });

/** A line that a role logged while it answered. */
const logLine = z.object({ level: z.int(), message: z.string(), details: z.record(z.string(), z.unknown()) });
export type LogLine = z.infer<typeof logLine>;

/**
 * A request and its response, as one of the two ends saw them. What a role has sent and what the other one has received are two of these, joined by
 * the span: the receiver's `parentSpanId` is the sender's `spanId` (W3C Trace Context).
 */
export const exchange = z.object({
  /** Unique among all roles. */
  id: z.string(),
  /** Its place in the order in which one role reports. A report that comes again, with more in it, has a higher one. */
  sequence: z.int(),
  reporter: lane,
  direction: z.enum(['sent', 'received']),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  from: lane,
  to: lane,
  /** By the machine's clock, in milliseconds since the epoch: moving the lab's clock puts nothing out of order. */
  startedAt: z.number(),
  milliseconds: z.number().optional(),
  request: requestRecord,
  /** Undefined until it is there, and where none ever came. */
  response: responseRecord.optional(),
  /** Why no response came. */
  failure: z.string().optional(),
  /** The fault that was put in. */
  fault: z.string().optional(),
  log: z.array(logLine),
});
export type Exchange = z.infer<typeof exchange>;

/** `GET /lab/exchanges`. */
export const exchangesAnswer = z.object({ exchanges: z.array(exchange), latest: z.int() });
