import { withoutAny } from '@rolecall/lab/redact';
import { givenSecrets } from '../given-secrets.ts';
import { createHttp } from '../http.ts';
import type { User } from '../person/create-person.ts';
import { createReach } from '../reach.ts';
import { createRecorder } from '../recorder.ts';
import type { Report } from '../report.ts';
import { type Progress, runSuite, type Selection } from '../run-suite.ts';
import { openAuthorizationServer } from './open.ts';
import { authorizationServerSuite } from './suite.ts';
import type { AuthorizationServerTarget } from './target.ts';

export interface AuthorizationServerOptions extends AuthorizationServerTarget, Selection, Progress {
  /** Who logs in and consents. Without one, what needs a user is not tried. */
  user?: User | undefined;
  /** Milliseconds to wait for an answer. */
  timeout?: number | undefined;
}

/**
 * Verifies an authorization server from outside, as a client, a resource server and a browser would see it.
 *
 * @throws Finding where there is no metadata at the issuer: then there is nothing to verify.
 */
export async function verifyAuthorizationServer(options: AuthorizationServerOptions): Promise<Report> {
  const { issuer: name, user, profiles, timeout } = options;
  const recorder = createRecorder();
  const reach = createReach();
  const http = createHttp({ recorder, reach, timeout });
  const { server: subject, close } = await openAuthorizationServer({ target: options, user, profiles, http, reach, recorder, timeout });
  const secrets = givenSecrets(options);
  const run = { role: 'authorization server', name, suite: authorizationServerSuite, subject, recorder, secrets } as const;
  const report = await runSuite({ ...options, ...run }).catch(async (error: unknown) => {
    // Also where a run ends early nothing of it stays.
    await close();
    throw error;
  });
  return { ...report, left: withoutAny(secrets, await close()) };
}
