import { startEcosystem } from '@rolecall/testing';
import { describe, expect, it } from 'vitest';
import { forbidsHttp } from '../src/doctor/checks/hsts.ts';
import { examine } from '../src/doctor/examine.ts';
import type { Finding } from '../src/doctor/finding.ts';
import { createProbe } from '../src/doctor/probe.ts';
import { run } from './support/run.ts';
import { type ScriptedRoles, SECRET, startScriptedRoles } from './support/scripted-roles.ts';

/** What does not fit, or is worth a word. */
const troubles = (findings: readonly Finding[]) => findings.filter((finding) => 'mend' in finding);

describe('rolecall doctor', () => {
  it('finds nothing wrong with roles that fit', async () => {
    const { settings } = await startScriptedRoles();
    const findings = await examine(settings);
    expect(troubles(findings)).toEqual([]);
    expect(findings.filter(({ verdict }) => verdict === 'not seen')).toEqual([]);
    expect(new Set(findings.map(({ view }) => view)).size).toBe(4);
  });

  it('names HSTS on localhost, over https, where browsers heed it', () => {
    const answer = (url: string, value: string) => ({
      url,
      status: 200,
      text: '',
      at: 0,
      headers: new Headers({ 'strict-transport-security': value }),
    });
    expect(forbidsHttp(answer('https://localhost:4000/', 'max-age=300; includeSubDomains'))).toBe(true);
    expect(forbidsHttp(answer('https://localhost:4000/', 'max-age=0'))).toBe(false);
    expect(forbidsHttp(answer('http://localhost:4000/', 'max-age=300'))).toBe(false);
    expect(forbidsHttp(answer('https://login.example/', 'max-age=300'))).toBe(false);
  });

  it('waits for nobody for ever', async () => {
    const roles = await startScriptedRoles();
    roles.resourceServer['GET /notes'] = () => undefined;
    const findings = await examine(roles.settings, createProbe(200));
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'challenge', seen: expect.stringContaining('no answer within 0.2 seconds') }),
    );
  });

  it('shows a secret to nobody but the issuer that was named', async () => {
    const roles = await startScriptedRoles();
    const asked: string[] = [];
    roles.authorizationServer['POST /token'] = (_url, { headers }) => {
      if (headers.authorization !== undefined) asked.push(headers.authorization);
      return { status: 400, body: { error: 'invalid_request' } };
    };
    roles.metadata['issuer'] = 'https://another.example';
    await examine(roles.settings);
    expect(asked).toEqual([]);
    roles.metadata['issuer'] = roles.settings.issuer;
    roles.metadata['token_endpoint'] = 'http://login.invalid/token';
    const findings = await examine(roles.settings);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'audience', verdict: 'not seen', seen: expect.stringContaining('not https') }),
    );
  });

  it('shows a token to no API that it is not for', async () => {
    const roles = await startScriptedRoles();
    const shown: string[] = [];
    const refuse = roles.resourceServer['GET /notes'];
    roles.resourceServer['GET /notes'] = (url, request) => {
      shown.push(Buffer.from(request.headers.authorization?.split('.')[1] ?? '', 'base64url').toString());
      return refuse?.(url, request);
    };
    roles.claims['aud'] = 'https://another.example';
    await examine(roles.settings);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.filter((claims) => claims.includes('another.example'))).toEqual([]);
  });
});

describe('the command', () => {
  const optionsOf = ({ settings: { issuer, resource, client } }: ScriptedRoles) => [
    '--issuer',
    issuer,
    '--resource',
    resource,
    '--client',
    client,
  ];
  const environment = { ROLECALL_CLIENT_SECRET: SECRET };

  it('ends with 0 where all fits, and says it by point of view', async () => {
    const roles = await startScriptedRoles();
    const { code, stdout, stderr } = await run(['doctor', ...optionsOf(roles), '--client-id', 'service'], { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^The authorization server, http.*\n {2}✓ fits {10}metadata: at http/m);
    expect(stdout).toMatch(/^A browser between them$/m);
    expect(stdout).toContain('All of it was seen from this machine');
    expect(stdout).toMatch(/^\d+ fit, 0 do not\.$/m);
  });

  it('ends with 1 where something does not, with the mend', async () => {
    const roles = await startScriptedRoles();
    roles.metadata['issuer'] = `${roles.settings.issuer}/`;
    const { code, stdout } = await run(['doctor', ...optionsOf(roles)]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}✗ does not fit {2}issuer: .*\n +why .*\n +mend .*ISSUER=.*\n +see +RFC 8414 §3\.3$/m);
    expect(stdout).toMatch(/^\d+ fit, 1 does not, /m);
  });

  it('answers programs in JSON', async () => {
    const roles = await startScriptedRoles();
    roles.link['code_challenge_method'] = undefined;
    const { code, stdout } = await run(['doctor', '--json', ...optionsOf(roles)]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      issuer: roles.settings.issuer,
      fits: false,
      findings: expect.arrayContaining([
        expect.objectContaining({ view: 'client', verdict: 'does not fit', reference: expect.any(String) }),
      ]),
    });
  });

  it('makes no check of a role that is left out', async () => {
    const roles = await startScriptedRoles();
    await roles.close('client');
    const { code, stdout } = await run(['doctor', ...optionsOf(roles), '--without', 'sample-client', '--client-id', 'service'], {
      environment,
    });
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain('The client,');
  });

  it.each([
    ['an address that is none', ['--resource', 'nonsense']],
    ['an issuer that is none', ['--issuer', 'localhost:4000']],
    ['a role that does not exist', ['--without', 'keycloak']],
    ['a secret on the command line', ['--client-secret', SECRET]],
  ])('ends with 2 for %s', async (_name, parameters) => {
    const { code, stderr, stdout } = await run(['doctor', ...parameters]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('prints no secret and no token, whatever the servers give back, and nothing that a terminal obeys', async () => {
    const roles = await startScriptedRoles();
    let token = '';
    roles.authorizationServer['POST /token'] = () => {
      token = 'an-opaque-token-of-the-tests';
      return { body: { access_token: token, token_type: 'Bearer' } };
    };
    roles.resourceServer['GET /notes'] = (_url, { headers }) => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer error="${headers.authorization?.slice('Bearer '.length) ?? 'none'} ${SECRET}"` },
    });
    roles.client['GET /'] = () => ({ status: 500, body: `<h1>${SECRET} \u001b[31mred\u009b</h1>` });
    for (const json of [[], ['--json']]) {
      const { stdout } = await run(['doctor', ...json, ...optionsOf(roles), '--client-id', 'service'], { environment });
      expect(stdout).toContain('refuses a token that the authorization server has just issued');
      expect(stdout).not.toContain(SECRET);
      expect(stdout).not.toContain(token);
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }
  });
});

describe('our own roles', () => {
  it('fit, in every point of view', async () => {
    await using ecosystem = await startEcosystem();
    const { issuer, resource, client } = ecosystem;
    const { code, stdout } = await run(['doctor', '--json', '--issuer', issuer, '--resource', resource, '--client', client]);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(findings.filter(({ verdict }) => verdict !== 'fits')).toEqual([]);
    expect(code).toBe(0);
  });

  it('that do not agree about the time, or about the key, are told apart', async () => {
    await using ecosystem = await startEcosystem();
    const { issuer, resource, client } = ecosystem;
    await fetch(`${resource}/lab/clock`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"offset_seconds":3600}',
    });
    const { stdout } = await run(['doctor', '--json', '--issuer', issuer, '--resource', resource, '--client', client]);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(troubles(findings).map(({ view, check }) => `${view}: ${check}`)).toContain('resource server: clock');
  });
});
