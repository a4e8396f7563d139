import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import * as oauth from 'oauth4webapi';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { decide, logIn } from './support/person.ts';

let ecosystem: Ecosystem;
let browser: Browser;
beforeAll(async () => {
  [ecosystem, browser] = await Promise.all([startEcosystem(), openBrowser()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), ecosystem.stop()]);
});

/** Not every machine has IPv6. */
const loopbackAddresses = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address }) => address)
  .filter((address) => address === '127.0.0.1' || address === '::1');

const insecure = { [oauth.allowInsecureRequests]: true };

/** A native application's listener: takes the answer and, as many do, sends the browser on to a page elsewhere. */
async function listen(host: string): Promise<{ port: number }> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url?.startsWith('/callback')) response.writeHead(302, { location: `http://localhost:${port}/done` }).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<title>done</title><h1>You may close this window</h1>');
  }).listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port };
}

describe('a native client in a browser', () => {
  it.each(loopbackAddresses)('AS-AUTHZ-04: gets its code at %s, on whichever port it has, and may send the browser on', async (host) => {
    const { issuer: address, resource } = ecosystem.addresses;
    const { port } = await listen(host);
    const redirectUri = `http://${host.includes(':') ? `[${host}]` : host}:${port}/callback`;
    const issuer = new URL(address);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
    const [client, verifier, state] = [{ client_id: 'sample-cli' }, oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const link = new URL(as.authorization_endpoint as string);
    link.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope: 'notes:read',
      state,
      resource,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();

    const page = await browser.newPage();
    const callback = page.waitForRequest((request) => request.url().startsWith(redirectUri));
    await page.goto(link.href);
    await logIn(page, 'alice', 'wonderland');
    await decide(page, 'Allow');
    await page.getByRole('heading', { name: 'You may close this window' }).waitFor();
    const parameters = oauth.validateAuthResponse(as, client, new URL((await callback).url()), state);
    const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), parameters, redirectUri, verifier, insecure);
    const { access_token } = await oauth.processAuthorizationCodeResponse(as, client, response);
    const notes = await fetch(`${resource}/notes`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(notes.status).toBe(200);
    await page.close();
  });
});
