import type { Recorder } from '../../recorder.ts';
import type { Answering, PlayedAnswer, Received } from './played-server.ts';
import { openStage, type Stage } from './stage.ts';

type ApiPlace = 'metadata' | 'api';

/** The API that is played for the client: a resource server. */
export interface PlayedApi extends Stage<ApiPlace> {
  resource: string;
  /** What it answers to a right call. */
  right: Answering;
  /** Its metadata (RFC 9728 §2). @param changes other members; `undefined` leaves one out. */
  metadata(changes?: Record<string, unknown>): PlayedAnswer;
}

interface Options {
  address: string;
  recorder: Recorder;
  issuer: string;
  scope: string | undefined;
  answers: Readonly<Record<string, unknown>>;
}

/** Starts an API that takes every token. */
export async function startApi({ address, recorder, issuer, scope, answers }: Options): Promise<PlayedApi> {
  let resource = '';
  const metadata = (changes: Record<string, unknown> = {}): PlayedAnswer => ({
    json: {
      resource,
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
      ...(scope !== undefined && { scopes_supported: scope.split(' ') }),
      ...changes,
    },
  });
  const right: Answering = ({ method, url }) => ({ json: answers[`${method} ${url.pathname}`] ?? {} });
  const stage = await openStage<ApiPlace>({
    ...{ address, recorder },
    create: (actual) => {
      resource = actual;
      return {
        placeOf: ({ pathname }) => (pathname.startsWith('/.well-known/oauth-protected-resource') ? 'metadata' : 'api'),
        behaviour: {
          metadata: () => metadata(),
          api: right,
        },
      };
    },
  });
  return { ...stage, resource, metadata, right };
}

/** The scheme with which a token came: a challenge is of the same (RFC 9449 §7.1). */
export const schemeOf = ({ headers }: Received): string => (/^dpop /i.test(headers.get('authorization') ?? '') ? 'DPoP' : 'Bearer');

/** A refusal with a challenge (RFC 6750 §3). @param parameters as they stand in the header. */
export const challenged =
  (status: number, parameters: string): Answering =>
  (request) => ({ status, headers: { 'www-authenticate': `${schemeOf(request)} ${parameters}` }, json: {} });
