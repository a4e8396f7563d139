import { createHttp } from '../http.ts';
import { createPerson, type User } from '../person/create-person.ts';
import { createRecorder } from '../recorder.ts';
import type { Report } from '../report.ts';
import { type Progress, runSuite, type Selection } from '../run-suite.ts';
import { createClients } from './clients.ts';
import { readMetadata } from './metadata.ts';
import { createOwnAddress } from './own-address.ts';
import { createAuthorizationServer } from './subject.ts';
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
  const { issuer, user, timeout } = options;
  const recorder = createRecorder();
  const http = createHttp({ recorder, timeout });
  const metadata = await readMetadata(http, issuer);
  const scope = options.scope ?? metadata.scopes_supported?.join(' ');
  const clients = createClients({ http, target: options, metadata, scope });
  const ownAddress = createOwnAddress(options, recorder);
  const person = user && createPerson(user, { http, recorder, timeout });
  const profiles = options.profiles ?? [];
  const subject = createAuthorizationServer({ target: options, metadata, http, clients, ownAddress, person, profiles, scope });
  try {
    const report = await runSuite({
      ...options,
      ...{ role: 'authorization server', name: issuer, suite: authorizationServerSuite, subject, recorder },
    });
    return { ...report, left: await clients.close() };
  } finally {
    await ownAddress.close();
    await person?.close();
  }
}
