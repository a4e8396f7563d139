import { requirements } from '@rolecall/contracts/requirements/catalogue';
import type { Exchange } from '../../src/exchange.ts';
import type { Report, Result, Trial } from '../../src/report.ts';

/** What somebody hostile would answer, so that it gets into a report: markup, the end of what it is written into, control characters. */
export const hostile = {
  markup: `"'><script>document.title='taken over'</script><img src=https://evil.example/x onerror=alert(1)></pre></style></details>]]>&amp;`,
  control: '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202eesrever\u0000\u2028\ufffe\ud800\r\n\tend',
};

const exchange = (status: number, body: string): Exchange => ({
  direction: 'sent',
  startedAt: 1_800_000_000_000,
  milliseconds: 12,
  request: {
    method: 'POST',
    url: 'https://server.example/token',
    headers: [['content-type', 'application/x-www-form-urlencoded']],
    body: 'grant_type=authorization_code&code=[code 1a2b]',
  },
  response: { status, headers: [['content-type', 'application/json']], body },
});

/** A result for the first requirement with this level, or with this id. */
function result(which: string, verdict: Result['verdict'], trials: Partial<Trial>[] = [], because?: string): Result {
  const found = requirements.find(({ id, level, role }) => id === which || (level === which && role === 'authorization server'));
  if (found === undefined) throw new Error(`there is no ${which}`);
  const { id, group, level, core, mustReject, requirement } = found;
  return {
    ...{ id, group, level, core, mustReject, requirement, verdict, ...(because !== undefined && { because }) },
    sources: [{ label: 'RFC 6749 §5.2', url: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2' }],
    trials: trials.map((trial) => ({ title: 'a code a second time', verdict, milliseconds: 7, exchanges: [], ...trial })),
  };
}

const report = (results: Result[]): Report => ({
  role: 'authorization server',
  subject: 'https://server.example',
  profiles: ['oidc'],
  startedAt: '2026-01-02T03:04:05.678Z',
  milliseconds: 4_321,
  results,
});

const fine = [
  result('must', 'passed', [{}]),
  result('optional', 'not applicable', [{ because: 'the metadata announces no device_authorization_endpoint' }], 'not announced'),
  result('decision', 'not tried', [], 'nobody was named who could log in'),
];

/** Nothing is wrong. */
export const right = report(fine);

/** One thing that it must do is wrong. */
export const wrong = report([
  ...fine,
  result(
    'AS-CODE-04',
    'failed',
    [{ because: 'it answered 200', exchanges: [exchange(200, '{"access_token":"[access_token 9f00]"}')] }],
    'it answered 200',
  ),
]);

/** One thing that it only should do is wrong. */
export const lax = report([
  ...fine,
  result('should', 'failed', [{ because: 'it answered 200', exchanges: [exchange(200, '{}')] }], 'it answered 200'),
]);

/** Nothing could be found out. */
export const empty = report([result('must', 'not tried', [], 'no metadata')]);

/** Everything that the other side chose is an attack. */
export function attack(text: string): Report {
  const said: Exchange = {
    ...exchange(400, `{"error_description":${JSON.stringify(text)}}`),
    request: { method: 'GET', url: `https://server.example/?a=${text}`, headers: [['x-said', text]], body: text },
    failure: text,
  };
  const answered: Exchange = {
    ...said,
    response: {
      status: 400,
      headers: [
        ['x-said', text],
        ['location', text],
      ],
      body: text,
    },
  };
  const { response: _, ...silent } = said;
  const trial = { title: text, because: text, exchanges: [answered, silent] };
  return {
    ...report([result('must', 'failed', [trial], text), result('should', 'not tried', [{ because: text }], text)]),
    subject: `https://server.example/${text}`,
    left: [text],
  };
}
