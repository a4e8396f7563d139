import type { FakeAuthorizationServer } from './fake-authorization-server.ts';
import { tokens } from './fake-authorization-server.ts';
import type { ScriptedAnswer } from './scripted-server.ts';

/**
 * Makes the token endpoint rotate: the code gives `at-0` and `rt-0`, each refresh the next pair. Whoever comes with another refresh token than the last one is a thief.
 *
 * @param interfere what goes before the ordinary answer to a refresh.
 */
export function rotateTokens(
  authorizationServer: FakeAuthorizationServer,
  interfere: (form: URLSearchParams) => Promise<ScriptedAnswer | undefined> | ScriptedAnswer | undefined = () => undefined,
): void {
  let generation = 0;
  const pair = () => tokens({ access_token: `at-${generation}`, refresh_token: `rt-${generation}` });
  authorizationServer.tokenAnswer = async (form) => {
    if (form.get('grant_type') !== 'refresh_token') {
      generation = 0;
      return pair();
    }
    const other = await interfere(form);
    if (other !== undefined) return other;
    if (form.get('refresh_token') !== `rt-${generation}`) return { status: 400, body: { error: 'invalid_grant' } };
    generation += 1;
    return pair();
  };
}

/** The refreshes that were asked for. */
export const refreshes = (authorizationServer: FakeAuthorizationServer): URLSearchParams[] =>
  authorizationServer.tokenForms().filter((form) => form.get('grant_type') === 'refresh_token');
