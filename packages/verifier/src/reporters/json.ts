import { levels, profiles, roles } from '@rolecall/contracts/requirements/requirement';
import * as z from 'zod';
import { countVerdicts, isConformant, type Report, type Strictness } from '../report.ts';

const verdict = z.enum(['passed', 'failed', 'not applicable', 'not tried']);
const headers = z.array(z.tuple([z.string(), z.string()]));
const milliseconds = z.number();

const exchange = z.strictObject({
  direction: z.enum(['sent', 'received']).describe('received: the verifier was the one who answered'),
  startedAt: z.number().describe('milliseconds since the epoch'),
  milliseconds: milliseconds.optional(),
  request: z.strictObject({ method: z.string(), url: z.string(), headers, body: z.string().optional() }),
  response: z.strictObject({ status: z.number(), headers, body: z.string().optional() }).optional().describe('missing where none came'),
  failure: z.string().optional().describe('why no response came'),
});

const trial = z.strictObject({
  title: z.string().describe('what was tried'),
  verdict,
  because: z.string().optional().describe('for every verdict but passed'),
  milliseconds,
  exchanges: z.array(exchange).describe('what shows it, without secrets; kept for what has failed'),
});

const result = z.strictObject({
  id: z.string(),
  group: z.string(),
  level: z.enum(levels),
  core: z.boolean(),
  mustReject: z.boolean(),
  requirement: z.string(),
  sources: z.array(z.strictObject({ label: z.string(), url: z.url() })),
  verdict: verdict.describe('the worst of its trials'),
  because: z.string().optional(),
  trials: z.array(trial),
});

/** A report for programs. A member that is added does not change the version; one that goes or changes its meaning does. */
export const jsonReport = z.strictObject({
  version: z.literal(1),
  role: z.enum(roles),
  subject: z.string().describe('what was verified: an issuer identifier, a resource identifier, a client’s address'),
  profiles: z.array(z.enum(profiles)),
  startedAt: z.iso.datetime(),
  milliseconds,
  strict: z.boolean().describe('whether SHOULD and decisions of Rolecall’s count'),
  conformant: z.boolean(),
  counts: z.record(verdict, z.number()),
  results: z.array(result),
  left: z.array(z.string()).optional().describe('clients that the run has registered and could not delete'),
});

/** The report as JSON, as `report.schema.json` describes it. */
export function renderJson(report: Report, { strict = false }: Strictness = {}): string {
  const { results, left, ...rest } = report;
  const content = {
    version: 1,
    ...rest,
    strict,
    conformant: isConformant(report, { strict }),
    counts: countVerdicts(results),
    results,
    left,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
