import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { startClient } from './client.ts';
import { tokens } from './fake-authorization-server.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

/** Secrets that are long enough to be looked for everywhere. */
export const SECRETS = {
  clientSecret: 'client-secret-of-this-test',
  code: 'authorization-code-of-this-test',
  accessToken: 'access-token-of-this-test',
  refreshToken: 'refresh-token-of-this-test',
};

/** The client between two servers that a test turns against it, and a third that must never hear anything worth knowing. */
export async function startAmongEnemies() {
  const client = await startClient({ CLIENT_SECRET: SECRETS.clientSecret });
  const elsewhere = await startScriptedServer(() => ({ body: { error: 'here I am' } }));
  const { authorizationServer, browser } = client;
  authorizationServer.tokenAnswer = () => tokens({ access_token: SECRETS.accessToken, refresh_token: SECRETS.refreshToken });
  /** From the start page to the callback, as far as that goes. */
  const signIn = async (parameters: Record<string, string> = {}): Promise<string> => {
    const page = await browser.get('/');
    if (page.statusCode !== 200) return '';
    const state = browser.authorizationUrl().searchParams.get('state') ?? '';
    await browser.callback({ code: SECRETS.code, state, iss: authorizationServer.issuer, ...parameters });
    return state;
  };
  return { ...client, elsewhere, signIn };
}

export type Siege = Awaited<ReturnType<typeof startAmongEnemies>>;

/** What must hold whatever the servers do: nothing secret goes where it does not belong, and no answer is this client's own failure. */
export function expectNothingLeaked({ browser, logs, elsewhere, authorizationServer, resourceServer }: Siege): void {
  const verifiers = authorizationServer.tokenForms().flatMap((form) => form.getAll('code_verifier'));
  const secrets = [...Object.values(SECRETS), ...verifiers];
  for (const { statusCode, body, headers } of browser.answers) {
    expect([200, 303, 400, 403, 502, 503]).toContain(statusCode);
    const seen = body + JSON.stringify(headers);
    for (const secret of secrets) expect(seen).not.toContain(secret);
    expect(body).not.toMatch(/<script|<img|javascript:|onerror=[^&]/i);
  }
  for (const line of logs) {
    // SEC-40: each is one line, and an object of its own.
    expect(line.trimEnd()).not.toContain('\n');
    JSON.parse(line);
    for (const secret of secrets) expect(line).not.toContain(secret);
  }
  expectNoSecretIn(elsewhere, secrets);
  expectNoSecretIn(
    resourceServer.server,
    secrets.filter((secret) => secret !== SECRETS.accessToken),
  );
  for (const { url } of [...authorizationServer.server.requests, ...resourceServer.server.requests])
    for (const secret of secrets) expect(url).not.toContain(secret);
}

function expectNoSecretIn({ requests }: ScriptedServer, secrets: readonly string[]): void {
  const heard = JSON.stringify(requests);
  for (const secret of secrets) {
    expect(heard).not.toContain(secret);
    expect(heard).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16));
  }
}

/** A few bytes that become so many. */
export const bomb = (bytes: number) => ({
  headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  raw: gzipSync(Buffer.alloc(bytes, 'x')),
});
