/** An answer, whatever its status. */
export interface Answer {
  url: string;
  status: number;
  headers: Headers;
  text: string;
  /** When it was about half way, in milliseconds since the epoch. */
  at: number;
}

/** There was none that can be used, and why. */
export interface NoAnswer {
  url: string;
  reason: string;
}

/** Asks, within 5 seconds and for 256 kB at most, and follows no redirect. A GET without headers of its own is asked once. Never throws. */
export type Probe = (
  url: string,
  request?: { method?: string; headers?: Record<string, string>; body?: URLSearchParams },
) => Promise<Answer | NoAnswer>;

const TIMEOUT_MILLISECONDS = 5_000;
const MAXIMUM_BYTES = 256 * 1024;

export const isAnswer = (result: Answer | NoAnswer): result is Answer => 'status' in result;

/** Where a redirect leads. */
export function locationOf({ url, status, headers }: Answer): URL | undefined {
  const location = headers.get('location');
  if (status < 300 || status > 399 || location === null || !URL.canParse(location, url)) return undefined;
  return new URL(location, url);
}

/** @param timeoutMilliseconds for each answer, its body included. */
export function createProbe(timeoutMilliseconds = TIMEOUT_MILLISECONDS): Probe {
  const asked = new Map<string, Promise<Answer | NoAnswer>>();
  return (url, request = {}) => {
    if (Object.keys(request).length > 0) return ask(url, request, timeoutMilliseconds);
    const known = asked.get(url) ?? ask(url, {}, timeoutMilliseconds);
    asked.set(url, known);
    return known;
  };
}

async function ask(
  url: string,
  request: { method?: string; headers?: Record<string, string>; body?: URLSearchParams },
  timeoutMilliseconds: number,
): Promise<Answer | NoAnswer> {
  const began = Date.now();
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(timeoutMilliseconds) });
    const at = (began + Date.now()) / 2;
    const text = await readText(response);
    if (text === undefined) return { url, reason: `answers with more than ${MAXIMUM_BYTES / 1024} kB` };
    return { url, status: response.status, headers: response.headers, text, at };
  } catch (error) {
    return { url, reason: reasonOf(error as Error, timeoutMilliseconds) };
  }
}

async function readText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAXIMUM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'nobody knows the name of that host',
  EAI_AGAIN: 'nobody answers for the name of that host',
  ECONNRESET: 'the connection is closed without an answer',
  UND_ERR_SOCKET: 'the connection is closed without an answer',
};

function reasonOf(error: Error, timeoutMilliseconds: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMilliseconds / 1000} seconds`;
  const { code, message } = (error.cause instanceof Error ? error.cause : error) as NodeJS.ErrnoException;
  if (code === undefined) return message;
  if (/CERT|SELF_SIGNED|ALTNAME|VERIFY/.test(code))
    return `its certificate is not trusted here (${code}); NODE_EXTRA_CA_CERTS names one that is`;
  return `${REASONS[code] ?? 'it cannot be reached'} (${code})`;
}
