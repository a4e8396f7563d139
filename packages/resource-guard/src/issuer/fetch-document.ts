/** Metadata, key sets and introspection responses are a few kilobytes. */
const MAXIMUM_BYTES = 256 * 1024;
const TIMEOUT_MILLISECONDS = 2_000;

/** A document that could not be had. `status` is the answer's, where there was one. */
export class FetchError extends Error {
  readonly status: number | undefined;

  constructor(url: string, problem: string, status?: number, options?: ErrorOptions) {
    super(`${url}: ${problem}`, options);
    this.name = 'FetchError';
    this.status = status;
  }
}

export interface FetchOptions {
  /** The media type that is asked for. */
  accept?: string;
  authorization?: string;
  /** Sent as a form, by POST. */
  form?: Readonly<Record<string, string>>;
  /** Where more than 256 kB may come. */
  maximumBytes?: number;
  /** Instead of the platform's. */
  fetch?: typeof fetch | undefined;
}

/**
 * Fetches a text from the authorization server: within 2 seconds, at most 256 kB, without following redirects,
 * and without anything of the request that it is fetched for.
 *
 * @throws FetchError
 */
export async function fetchDocument(url: string, options: FetchOptions = {}): Promise<string> {
  const { accept = 'application/json', authorization, form, maximumBytes = MAXIMUM_BYTES } = options;
  const ask = options.fetch ?? fetch;
  try {
    const response = await ask(url, {
      redirect: 'error',
      headers: { accept, ...(authorization !== undefined && { authorization }) },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
      // Ends the reading of the body too.
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new FetchError(url, `answered with status ${response.status}`, response.status);
    }
    return await readText(url, response, maximumBytes);
  } catch (cause) {
    if (cause instanceof FetchError) throw cause;
    // Undici's "fetch failed" keeps the reason in its cause.
    const { message, cause: reason } = cause as Error;
    throw new FetchError(url, reason instanceof Error ? reason.message || message : message, undefined, { cause });
  }
}

/** The same, for a JSON document. @throws FetchError */
export async function fetchJson(url: string, options: Pick<FetchOptions, 'fetch'> = {}): Promise<unknown> {
  const text = await fetchDocument(url, options);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FetchError(url, 'did not answer with JSON', undefined, { cause });
  }
}

async function readText(url: string, response: Response, maximumBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw new FetchError(url, `answered with more than ${maximumBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
