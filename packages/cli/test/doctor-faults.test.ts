import { describe, expect, it } from 'vitest';
import { examine } from '../src/doctor/examine.ts';
import type { Finding } from '../src/doctor/finding.ts';
import { type ScriptedRoles, startScriptedRoles } from './support/scripted-roles.ts';

/** A kind of fault: what a role does wrong, and what the doctor has to say of it. */
interface Fault {
  name: string;
  breaks: (roles: ScriptedRoles) => unknown;
  /** Point of view and check. */
  told: `${Finding['view']}: ${string}`;
  verdict?: 'advice';
  seen: RegExp;
  mend: RegExp;
}

const html = (cookie: string) => () => ({ headers: { 'content-type': 'text/html', 'set-cookie': cookie }, body: '' });

const FAULTS: Fault[] = [
  {
    name: 'an authorization server that is not there',
    breaks: (roles) => roles.close('authorizationServer'),
    told: 'authorization server: metadata',
    seen: /nothing listens there \(ECONNREFUSED\)/,
    mend: /start it .* ISSUER/,
  },
  {
    name: 'one without metadata',
    breaks: ({ authorizationServer }) => delete authorizationServer['GET /.well-known/oauth-authorization-server'],
    told: 'authorization server: metadata',
    seen: /there is none: .*oauth-authorization-server: status 404; .*openid-configuration: status 404/,
    mend: /with the whole path/,
  },
  {
    name: 'metadata without end',
    breaks: ({ authorizationServer }) =>
      (authorizationServer['GET /.well-known/oauth-authorization-server'] = () => ({ body: 'x'.repeat(300 * 1024) })),
    told: 'authorization server: metadata',
    seen: /more than 256 kB/,
    mend: /whole path/,
  },
  {
    name: 'metadata at the place of OpenID Connect alone',
    breaks: ({ authorizationServer }) => {
      authorizationServer['GET /.well-known/openid-configuration'] =
        authorizationServer['GET /.well-known/oauth-authorization-server'] ?? (() => ({}));
      delete authorizationServer['GET /.well-known/oauth-authorization-server'];
    },
    told: 'authorization server: metadata',
    verdict: 'advice',
    seen: /only at .*openid-configuration/,
    mend: /serve the same document at .*oauth-authorization-server/,
  },
  ...(
    [
      ['a slash', (issuer: string) => `${issuer}/`, /it has a slash at its end/],
      ['https', (issuer: string) => issuer.replace('http:', 'https:'), /it begins with https:\/\/ instead of http:\/\//],
      ['127.0.0.1', (issuer: string) => issuer.replace('localhost', '127.0.0.1'), /its host is 127\.0\.0\.1, not localhost/],
      ['a path', (issuer: string) => `${issuer}/realms/notes`, /its path is \/realms\/notes, not \//],
      ['another port', (issuer: string) => issuer.replace(/\d+$/, '9'), /its port is 9, not \d+/],
    ] as const
  ).map(([name, change, seen]): Fault => ({
    name: `an issuer that differs by ${name}`,
    breaks: ({ metadata, settings }) => (metadata['issuer'] = change(settings.issuer)),
    told: 'authorization server: issuer',
    seen,
    mend: /set ISSUER=\S+ for the resource server and the client, or .* call itself/,
  })),
  {
    name: 'metadata without a token endpoint',
    breaks: ({ metadata }) => (metadata['token_endpoint'] = undefined),
    told: 'authorization server: endpoints',
    seen: /no usable token_endpoint/,
    mend: /authorization code flow/,
  },
  {
    name: 'an endpoint without TLS',
    breaks: ({ metadata }) => (metadata['revocation_endpoint'] = 'http://login.invalid/revoke'),
    told: 'authorization server: endpoints',
    seen: /not https: revocation_endpoint http:\/\/login\.invalid\/revoke/,
    mend: /public address/,
  },
  {
    name: 'an endpoint on a host that does not answer',
    breaks: ({ metadata }) => (metadata['introspection_endpoint'] = 'http://localhost:9/introspect'),
    told: 'authorization server: endpoints',
    seen: /introspection_endpoint is at http:\/\/localhost:9: /,
    mend: /by which address others reach it/,
  },
  {
    name: 'keys that cannot be had',
    breaks: ({ authorizationServer }) => delete authorizationServer['GET /jwks'],
    told: 'authorization server: keys',
    seen: /\/jwks: status 404, and no set of keys/,
    mend: /jwks_uri/,
  },
  {
    name: 'a set of keys without a public one',
    breaks: ({ authorizationServer }) => (authorizationServer['GET /jwks'] = () => ({ body: { keys: [{ kty: 'EC', use: 'enc' }] } })),
    told: 'authorization server: keys',
    seen: /no public key for signatures/,
    mend: /must publish its public keys/,
  },
  {
    name: 'a private key among the public ones',
    breaks: ({ authorizationServer }) =>
      (authorizationServer['GET /jwks'] = () => ({ body: { keys: [{ kty: 'EC', d: 'its-private-part' }] } })),
    told: 'authorization server: keys',
    seen: /publishes the private part of a key/,
    mend: /out of use at once/,
  },
  {
    name: 'keys that are no JSON by name',
    breaks: ({ authorizationServer }) =>
      (authorizationServer['GET /jwks'] = () => ({ headers: { 'content-type': 'text/plain' }, body: '{"keys":[{"kty":"EC"}]}' })),
    told: 'authorization server: keys',
    verdict: 'advice',
    seen: /content type text\/plain/,
    mend: /application\/jwk-set\+json/,
  },
  {
    name: 'no word of PKCE',
    breaks: ({ metadata }) => (metadata['code_challenge_methods_supported'] = ['plain']),
    told: 'authorization server: PKCE',
    seen: /does not name S256/,
    mend: /switch PKCE with S256 on/,
  },
  {
    name: 'answers that do not say whose they are',
    breaks: ({ metadata }) => (metadata['authorization_response_iss_parameter_supported'] = undefined),
    told: 'authorization server: iss in answers',
    verdict: 'advice',
    seen: /is not true/,
    mend: /a redirect URI of its own for each issuer/,
  },
  {
    name: 'a redirect URI that is not registered',
    breaks: ({ authorizationServer }) =>
      (authorizationServer['GET /authorize'] = () => ({ status: 400, body: '<h1>Unknown redirect URI</h1>' })),
    told: 'authorization server: redirect URI',
    seen: /web with http:\S+\/callback gets an error page \(status 400: Unknown redirect URI\)/,
    mend: /register http:\S+\/callback for web .*rolecall clients update web --redirect-uri .* BASE_URL/,
  },
  {
    name: 'an error page behind a redirect',
    breaks: ({ authorizationServer }) =>
      (authorizationServer['GET /authorize'] = () => ({ status: 302, headers: { location: '/oops?error=redirect_uri_mismatch' } })),
    told: 'authorization server: redirect URI',
    seen: /redirect_uri_mismatch/,
    mend: /register/,
  },
  {
    name: 'a scope that the client may not ask for',
    breaks: ({ authorizationServer, settings }) =>
      (authorizationServer['GET /authorize'] = () => ({
        status: 303,
        headers: { location: `${settings.redirectUri}?error=invalid_scope` },
      })),
    told: 'authorization server: redirect URI',
    seen: /is registered, but the request of web is refused: invalid_scope/,
    mend: /scopes of the API/,
  },
  {
    name: 'a token for another API',
    breaks: ({ claims }) => (claims['aud'] = ['http://localhost:1', 'account']),
    told: 'authorization server: audience',
    seen: /its aud is http:\/\/localhost:1, account, not http/,
    mend: /this very identifier .*RESOURCE/,
  },
  {
    name: 'a token of another issuer',
    breaks: ({ claims }) => (claims['iss'] = 'https://somebody.else'),
    told: 'authorization server: audience',
    seen: /its iss is https:\/\/somebody\.else, not http/,
    mend: /ISSUER=https:\/\/somebody\.else/,
  },
  {
    name: 'a token that could be any JWT',
    breaks: ({ header }) => (header['typ'] = 'JWT'),
    told: 'authorization server: audience',
    seen: /its typ is JWT, not at\+jwt/,
    mend: /Keycloak: "at\+jwt"/,
  },
  {
    name: 'a token that lacks a claim',
    breaks: ({ claims }) => (claims['client_id'] = undefined),
    told: 'authorization server: audience',
    seen: /it has no client_id/,
    mend: /put it in/,
  },
  {
    name: 'an API that the authorization server does not know',
    breaks: ({ authorizationServer }) => (authorizationServer['POST /token'] = () => ({ status: 400, body: { error: 'invalid_target' } })),
    told: 'authorization server: audience',
    seen: /service gets no token for http:\S+: invalid_target/,
    mend: /rolecall resources create/,
  },
  {
    name: 'a wrong secret',
    breaks: ({ authorizationServer }) => (authorizationServer['POST /token'] = () => ({ status: 401, body: { error: 'invalid_client' } })),
    told: 'authorization server: audience',
    seen: /invalid_client/,
    mend: /ROLECALL_CLIENT_SECRET/,
  },
  {
    name: 'an opaque token of which introspection says that it is for another API',
    breaks: ({ authorizationServer, metadata, settings }) => {
      metadata['introspection_endpoint'] = `${settings.issuer}/introspect`;
      authorizationServer['POST /token'] = () => ({ body: { access_token: 'opaque', token_type: 'Bearer' } });
      authorizationServer['POST /introspect'] = () => ({ body: { active: true, aud: 'https://another.example' } });
    },
    told: 'authorization server: audience',
    seen: /its aud is https:\/\/another\.example/,
    mend: /RESOURCE/,
  },
  ...(
    [
      ['authorization server', 'authorizationServer', 'GET /.well-known/oauth-authorization-server'],
      ['resource server', 'resourceServer', 'GET /notes'],
      ['client', 'client', 'GET /'],
    ] as const
  ).map(([view, role, route]): Fault => ({
    name: `a clock of the ${view} that is two hours ahead`,
    breaks: (roles) => {
      const usual = roles[role][route];
      roles[role][route] = async (url, request) => {
        const reply = await usual?.(url, request);
        return { ...reply, headers: { ...reply?.headers, date: new Date(Date.now() + 7_200_000).toUTCString() } };
      };
    },
    told: `${view}: clock`,
    seen: /it is (7199|7200|7201) s ahead/,
    mend: /NTP/,
  })),
  {
    name: 'a lab whose clock was moved in one role alone',
    breaks: ({ resourceServer }) => (resourceServer['GET /lab/clock'] = () => ({ body: { offset_seconds: -3_600 } })),
    told: 'resource server: clock',
    seen: /it is 3600 s behind of this machine's, by the lab/,
    mend: /curl -X PUT http:\S+\/lab\/clock .*"offset_seconds":0/,
  },
  {
    name: 'an API that is not there',
    breaks: (roles) => roles.close('resourceServer'),
    told: 'resource server: metadata',
    seen: /nothing listens there/,
    mend: /start it .* RESOURCE/,
  },
  {
    name: 'an API without metadata',
    breaks: ({ resourceServer }) => delete resourceServer['GET /.well-known/oauth-protected-resource'],
    told: 'resource server: metadata',
    verdict: 'advice',
    seen: /there is none: .*status 404/,
    mend: /serve it/,
  },
  {
    name: 'an API that calls itself something else',
    breaks: ({ resourceServer, settings: { resource, issuer } }) =>
      (resourceServer['GET /.well-known/oauth-protected-resource'] = () => ({
        body: { resource: `${resource}/`, authorization_servers: [issuer] },
      })),
    told: 'resource server: metadata',
    seen: /it says that it is http:\S+\/, and .*: it has a slash at its end/,
    mend: /set RESOURCE to the same/,
  },
  {
    name: 'an API of another authorization server',
    breaks: ({ resourceServer, settings: { resource } }) =>
      (resourceServer['GET /.well-known/oauth-protected-resource'] = () => ({
        body: { resource, authorization_servers: ['https://other.example'] },
      })),
    told: 'resource server: metadata',
    seen: /it names https:\/\/other\.example as its authorization servers/,
    mend: /set ISSUER=http:\S+ for the resource server/,
  },
  {
    name: 'an API that is open to everybody',
    breaks: ({ resourceServer }) => (resourceServer['GET /notes'] = () => ({ body: { notes: [] } })),
    told: 'resource server: challenge',
    seen: /answers without a token/,
    mend: /guard it/,
  },
  {
    name: 'a 401 without a challenge',
    breaks: ({ resourceServer }) => (resourceServer['GET /notes'] = () => ({ status: 401 })),
    told: 'resource server: challenge',
    seen: /status 401, and no WWW-Authenticate/,
    mend: /WWW-Authenticate: Bearer/,
  },
  {
    name: 'a challenge that leads nowhere',
    breaks: ({ resourceServer }) =>
      (resourceServer['GET /notes'] = () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="x"' } })),
    told: 'resource server: challenge',
    verdict: 'advice',
    seen: /the metadata is at no address, not http:\S+oauth-protected-resource/,
    mend: /let resource_metadata name that address/,
  },
  {
    name: 'an API that believes whatever looks like a token',
    breaks: ({ resourceServer }) => {
      const refuse = resourceServer['GET /notes'];
      resourceServer['GET /notes'] = (url, request) =>
        request.headers.authorization === undefined ? refuse?.(url, request) : { body: {} };
    },
    told: 'resource server: made-up token',
    seen: /lets a token in that nobody has signed \(status 200\)/,
    mend: /verify the signature/,
  },
  {
    name: 'an API that does not reach the keys from where it runs',
    breaks: ({ resourceServer }) => {
      const refuse = resourceServer['GET /notes'];
      resourceServer['GET /notes'] = (url, request) =>
        request.headers.authorization === undefined ? refuse?.(url, request) : { status: 503 };
    },
    told: 'resource server: made-up token',
    seen: /cannot judge tokens \(status 503\)/,
    mend: /ISSUER from where it runs \(in a container, localhost is the container itself\)/,
  },
  {
    name: 'an API that refuses what was issued for it',
    breaks: ({ resourceServer }) =>
      (resourceServer['GET /notes'] = () => ({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })),
    told: 'resource server: issued token',
    seen: /refuses a token that the authorization server has just issued for it \(invalid_token\)/,
    mend: /compare ISSUER and RESOURCE/,
  },
  {
    name: 'a client that is not there',
    breaks: (roles) => roles.close('client'),
    told: 'client: way to log in',
    seen: /nothing listens there/,
    mend: /BASE_URL/,
  },
  {
    name: 'a client that finds no authorization server from where it runs',
    breaks: ({ client }) => (client['GET /'] = () => ({ status: 503, body: '<h1>The authorization server is not available</h1>' })),
    told: 'client: way to log in',
    seen: /status 503: The authorization server is not available/,
    mend: /ISSUER and RESOURCE from where it runs/,
  },
  {
    name: 'a client of another authorization server',
    breaks: ({ client }) =>
      (client['GET /'] = () => ({
        status: 302,
        headers: { location: 'https://other.example/authorize?response_type=code&client_id=web&code_challenge_method=S256' },
      })),
    told: 'client: way to log in',
    seen: /it leads to https:\/\/other\.example\/authorize, and http/,
    mend: /set ISSUER=http:\S+ for the client/,
  },
  {
    name: 'a client that is registered under another name of the host',
    breaks: ({ link, settings }) => (link['redirect_uri'] = settings.redirectUri.replace('localhost', '127.0.0.1')),
    told: 'client: way to log in',
    seen: /people are sent back to http:\/\/127\.0\.0\.1\S+, not to .*: its host is 127\.0\.0\.1, not localhost/,
    mend: /BASE_URL/,
  },
  {
    name: 'a client that wants access to another API',
    breaks: ({ link, settings }) => (link['resource'] = `${settings.resource}/`),
    told: 'client: way to log in',
    seen: /it asks for access to http:\S+\/, not to/,
    mend: /set RESOURCE=http:\S+ for the client/,
  },
  {
    name: 'a client that does not say which API it wants',
    breaks: ({ link }) => (link['resource'] = undefined),
    told: 'client: way to log in',
    verdict: 'advice',
    seen: /does not say which API/,
    mend: /send resource/,
  },
  {
    name: 'a client without PKCE',
    breaks: ({ link }) => (link['code_challenge_method'] = undefined),
    told: 'client: way to log in',
    seen: /no code challenge with S256/,
    mend: /use PKCE/,
  },
  {
    name: 'two names for this machine',
    breaks: ({ settings }) => (settings.resource = settings.resource.replace('localhost', '127.0.0.1')),
    told: 'browser: addresses',
    seen: /more than one name: .*resource-server http:\/\/127\.0\.0\.1/,
    mend: /one of them everywhere/,
  },
  {
    name: 'a role elsewhere that is to reach one on this machine',
    breaks: ({ settings }) => (settings.resource = 'https://api.invalid'),
    told: 'browser: addresses',
    seen: /the authorization-server is at http:\/\/localhost:\d+, which means itself to the resource-server at https:\/\/api\.invalid/,
    mend: /an address that leads to it from everywhere/,
  },
  {
    name: 'an address that leads on to another host',
    breaks: ({ client }) => (client['GET /'] = () => ({ status: 301, headers: { location: 'https://www.client.invalid/' } })),
    told: 'browser: redirects',
    seen: /http:\/\/localhost:\d+ sends everybody on to https:\/\/www\.client\.invalid/,
    mend: /use https:\/\/www\.client\.invalid as the address everywhere/,
  },
  {
    name: 'an authorization server that keeps its answers from other origins',
    breaks: ({ authorizationServer }) => delete authorizationServer['POST /token'],
    told: 'browser: CORS of the authorization server',
    verdict: 'advice',
    seen: /may not call the token endpoint \(no Access-Control-Allow-Origin\)/,
    mend: /allow http:\S+ at the authorization server/,
  },
  {
    name: 'the same, where somebody has a single-page application',
    breaks: ({ authorizationServer, settings }) => {
      delete authorizationServer['POST /token'];
      Object.assign(settings, { origin: 'https://spa.example', originAsked: true });
    },
    told: 'browser: CORS of the authorization server',
    seen: /pages of https:\/\/spa\.example may not call the token endpoint/,
    mend: /allow https:\/\/spa\.example/,
  },
  {
    name: 'an API that takes "*" to stand for Authorization',
    breaks: ({ resourceServer }) =>
      (resourceServer['OPTIONS /notes'] = () => ({
        status: 204,
        headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
      })),
    told: 'browser: CORS of the resource server',
    verdict: 'advice',
    seen: /the header authorization is not allowed/,
    mend: /the header Authorization at the API/,
  },
  {
    name: 'two roles of one host with a cookie of one name',
    breaks: ({ authorizationServer }) => (authorizationServer['GET /login'] = html('web=2; Path=/')),
    told: 'browser: cookies',
    seen: /both at localhost, and both have a cookie web/,
    mend: /name the cookies after their roles/,
  },
  {
    name: 'a __Host- cookie that is not Secure',
    breaks: ({ authorizationServer }) => (authorizationServer['GET /login'] = html('__Host-as=1; Path=/')),
    told: 'browser: cookies',
    seen: /__Host-as of the authorization server has a prefix that demands Secure/,
    mend: /another name where it is http/,
  },
  {
    name: 'a __Host- cookie with a path',
    breaks: ({ authorizationServer }) => (authorizationServer['GET /login'] = html('__Host-as=1; Path=/login; Secure')),
    told: 'browser: cookies',
    seen: /begins with __Host- and has a Domain, or a Path other than \//,
    mend: /set Path=\//,
  },
  {
    name: 'a Secure cookie over http',
    breaks: ({ authorizationServer }) => (authorizationServer['GET /login'] = html('as=1; Path=/; Secure')),
    told: 'browser: cookies',
    verdict: 'advice',
    seen: /is Secure, and is set over http on this machine/,
    mend: /Secure only behind https/,
  },
  {
    name: 'SameSite=None without Secure',
    breaks: ({ client }) => (client['GET /'] = html('web=1; Path=/; SameSite=None')),
    told: 'browser: cookies',
    seen: /SameSite=None without Secure/,
    mend: /SameSite=Lax/,
  },
  {
    name: 'a cookie for another domain',
    breaks: ({ client }) => (client['GET /'] = html('web=1; Path=/; Domain=client.example')),
    told: 'browser: cookies',
    seen: /is for client\.example, and is set at localhost/,
    mend: /leave Domain out/,
  },
  {
    name: 'a SameSite=Strict session of a client whose authorization server is another site',
    breaks: ({ client, settings }) => {
      client['GET /'] = html('web=1; Path=/; SameSite=Strict');
      settings.issuer = 'https://login.invalid';
    },
    told: 'browser: cookies',
    seen: /is SameSite=Strict, and the authorization server is another site/,
    mend: /SameSite=Lax/,
  },
];

describe('rolecall doctor', () => {
  it.each(FAULTS)('names $name, and the mend', async ({ breaks, told, verdict = 'does not fit', seen, mend }) => {
    const roles = await startScriptedRoles();
    await breaks(roles);
    const findings = (await examine(roles.settings)).filter((finding) => 'mend' in finding);
    const named = findings.find((each) => `${each.view}: ${each.check}` === told && seen.test(each.seen));
    expect(named, JSON.stringify(findings, null, 2)).toMatchObject({
      verdict,
      mend: expect.stringMatching(mend),
      why: expect.stringMatching(/^.{20,}$/),
      reference: expect.stringMatching(/RFC|Fetch|OpenID|OAuth/),
    });
  });
});
