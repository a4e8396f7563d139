import { startRole } from '@rolecall/testing/start-role';
import { readOptions } from '@rolecall/testing/options';
import { reservePort } from '@rolecall/testing/reserved-ports';
import { defaultSnapshotFolder } from '@rolecall/testing/snapshot-folder';
import { type AuthorizationServerOptions, verifyAuthorizationServer } from '../../src/authorization-server/verify.ts';
import type { Report } from '../../src/report.ts';
import { type Front, type Meddling, startFront } from './front.ts';
import { followCodes, type IssuedCodes } from './issued-codes.ts';

/** A server with one mistake that real ones have made. */
export interface WrongServer {
  /** What it does, as the end of "a server that …". */
  name: string;
  /** The requirements that it does not meet: each has to be found. */
  breaks: readonly string[];
  /** What may be found beside them, because the mistake shows there too. */
  also?: readonly string[];
  /** The mistake, made anew for each run: it may remember things. */
  mistake(codes: IssuedCodes): Meddling | Promise<Meddling>;
}

/** A server that meets all requirements, behind a front that its issuer identifier names. */
export interface RightServer extends AsyncDisposable {
  front: Front;
  resource: string;
  /** Verifies it, made wrong. @param only as it is for the verifier. */
  verify(mistake: WrongServer['mistake'] | undefined, options: Partial<AuthorizationServerOptions>): Promise<Report>;
}

const RESOURCE = 'http://localhost:4001';
const GRANTS = 'authorization_code,refresh_token,client_credentials';

/** Starts this project's authorization server behind a front. @param environment further variables of the server. */
export async function startRightServer(environment: Record<string, string> = {}): Promise<RightServer> {
  const front = await startFront();
  const port = await reservePort();
  front.target = `http://localhost:${port.port}`;
  const role = await startRole(
    'authorization-server',
    { issuer: front.address, resource: RESOURCE, client: 'http://localhost:4002' },
    port,
    readOptions({ environment: { authorizationServer: { REGISTRATION_GRANT_TYPES: GRANTS, ...environment } } }),
    await defaultSnapshotFolder(),
  );
  return {
    front,
    resource: RESOURCE,
    verify: async (mistake, options) => {
      const codes = followCodes();
      front.meddlings = [codes, ...(mistake === undefined ? [] : [await mistake(codes)])];
      return verifyAuthorizationServer({
        issuer: front.address,
        resource: RESOURCE,
        scope: 'notes:read notes:write',
        user: { username: 'alice', password: 'wonderland' },
        ...options,
      });
    },
    [Symbol.asyncDispose]: async () => {
      await role.close();
      await front.close();
    },
  };
}

/** The ids of what a report says has failed, each with its reason. */
export function failures(report: Report): Record<string, string | undefined> {
  return Object.fromEntries(report.results.filter(({ verdict }) => verdict === 'failed').map(({ id, because }) => [id, because]));
}
