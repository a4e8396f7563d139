import { Finding, notTried, require } from '../finding.ts';
import type { Answer } from '../http.ts';
import { judge } from '../judge.ts';
import type { AuthorizationServer } from './subject.ts';
import type { ClientRole, KnownClient } from './target.ts';

/** A client whose failures harm no other check: servers make one wait that has failed too often. A new one, where clients can register. */
export async function dispensable(server: AuthorizationServer, role: Exclude<ClientRole, 'resourceServer'>): Promise<KnownClient> {
  try {
    return await server.clients.another(role);
  } catch (error) {
    if (error instanceof Finding) return server.client(role);
    throw error;
  }
}

/** The same as `judge`, of what has to be refused: whatever else is right in other cases, a success is not. @throws Finding (`not tried`) where it has to wait. */
export function judgeRefusal(answer: Answer, id: string, when?: string): void {
  if (answer.status === 429)
    notTried('the client has to wait, since it has failed too often: let clients register, so that each check has one');
  require(answer.status >= 400, `${answer.to} answered ${answer.status} to what it has to refuse`);
  judge(answer, id, when === undefined ? {} : { when });
}
