import { createHttp } from '../http.ts';
import { createRecorder, type Recorder } from '../recorder.ts';
import type { Report } from '../report.ts';
import { type Progress, runSuite, type Selection } from '../run-suite.ts';
import { startApi } from './played/api.ts';
import { startIssuer } from './played/issuer.ts';
import { openStage } from './played/stage.ts';
import { createRunningClient } from './run-client.ts';
import { createClient } from './subject.ts';
import { clientSuite } from './suite.ts';
import type { ClientTarget } from './target.ts';
import { openVisitor } from './visitor.ts';

export interface ClientOptions extends ClientTarget, Selection, Progress {}

const DEFAULT_ISSUER = 'http://localhost:9000';
const DEFAULT_PATIENCE_MILLISECONDS = 30_000;
/** A free port of this machine. */
const ANYWHERE = 'http://localhost:0';

/**
 * Verifies a client: plays the authorization server and the API for it, well-behaved and hostile in turn, and is the browser that its user would have.
 *
 * @throws Finding (`not tried`) where a server cannot be played or nobody answers at the client's address: then there is nothing to verify.
 */
export async function verifyClient(options: ClientOptions): Promise<Report> {
  const { scope, patience: timeout = DEFAULT_PATIENCE_MILLISECONDS } = options;
  const secrets = new Map(options.clientSecret === undefined ? [] : [[options.clientSecret, '[client_secret]']]);
  const recorder = createRecorder();
  const http = createHttp({ recorder, timeout });
  const quiet = createHttp({ recorder: unheard, timeout });
  const ending: (() => Promise<void>)[] = [];
  const playing = async <Played extends { close(): Promise<void> }>(starting: Promise<Played>): Promise<Played> => {
    const played = await starting;
    ending.unshift(() => played.close());
    return played;
  };
  try {
    const issuer = await playing(startIssuer({ address: options.issuer ?? DEFAULT_ISSUER, listen: options.listen, recorder, scope }));
    const attacker = await playing(startIssuer({ address: ANYWHERE, recorder, scope }));
    const elsewhere = await playing(
      openStage({
        ...{ address: ANYWHERE, recorder },
        create: () => ({ placeOf: () => 'any' as const, behaviour: { any: () => ({ json: { here: 'I am' } }) } }),
      }),
    );
    const api =
      options.resource === undefined
        ? undefined
        : await playing(startApi({ address: options.resource, recorder, issuer: issuer.issuer, scope, answers: options.apiAnswers ?? {} }));

    const clientOrigins = new Set([new URL(options.startUrl).origin]);
    const playedOrigins = new Set([issuer, attacker, elsewhere, ...(api ? [api] : [])].map(({ address }) => new URL(address).origin));
    const running = createRunningClient(options, { issuer: issuer.issuer, resource: api?.resource ?? '' }, quiet);
    ending.unshift(() => running.stop());
    await running.start();

    const subject = createClient({
      ...{ target: options, profiles: options.profiles ?? [], issuer, api, attacker, elsewhere, ask: http.ask },
      openVisitor: (cookies) =>
        openVisitor({ http, quiet, clientOrigins: () => clientOrigins, playedOrigins: () => playedOrigins, cookies }),
      startAnew: () => running.start(),
      onRedirectUri: (redirectUri) => void clientOrigins.add(new URL(redirectUri).origin),
    });
    return await runSuite({ ...options, role: 'client', name: options.startUrl, suite: clientSuite, subject, recorder, secrets });
  } finally {
    for (const end of ending) await end();
  }
}

/** The played servers record what they get by themselves. */
const unheard: Recorder = { record: () => {}, take: () => [] };
