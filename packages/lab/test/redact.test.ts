import { describe, expect, it } from 'vitest';
import type { Exchange } from '../src/exchange.ts';
import { redact } from '../src/redact.ts';

const SECRET = 'a-secret-that-nobody-may-see';
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';

interface Said {
  url?: string;
  headers?: [string, string][];
  body?: string;
  answer?: string;
  answerHeaders?: [string, string][];
  log?: Exchange['log'];
}

function exchangeOf({ url = 'http://localhost:4000/token', headers = [], body, answer, answerHeaders = [], log = [] }: Said): Exchange {
  const span = { id: '0123456789abcdef', spanId: '0123456789abcdef', traceId: '0'.repeat(32) };
  return {
    ...span,
    ...{ sequence: 1, reporter: 'authorization-server', direction: 'received', from: 'client', to: 'authorization-server' },
    ...{ startedAt: 1_700_000_000_000, milliseconds: 12 },
    request: { method: 'POST', url, headers, ...(body !== undefined && { body }) },
    response: { status: 200, headers: answerHeaders, ...(answer !== undefined && { body: answer }) },
    log,
  };
}

const shown = (said: Said): string => JSON.stringify(redact(exchangeOf(said)));

describe('no secret is shown', () => {
  it.each<[string, Said]>([
    ['a code in an address', { url: `http://localhost/callback?state=s&code=${SECRET}` }],
    ['a code after a second question mark', { url: `http://localhost/callback?next=/a?b&code=${SECRET}` }],
    ['a code in a fragment', { url: `http://localhost/callback#state=s&code=${SECRET}` }],
    ['a member with an encoded name', { url: `http://localhost/callback?c%6Fde=${SECRET}`, body: `%63ode=${SECRET}` }],
    ['a code in a redirect', { answerHeaders: [['location', `http://localhost/callback?code=${SECRET}#_=_`]] }],
    ['a token in a redirect’s fragment', { answerHeaders: [['location', `http://localhost/callback#access_token=${SECRET}`]] }],
    ['a bearer token', { headers: [['authorization', `Bearer ${SECRET}`]] }],
    ['a token after a tab', { headers: [['authorization', `Bearer\t${SECRET}`]] }],
    ['a token whose scheme was forgotten', { headers: [['authorization', SECRET]] }],
    ['credentials for a proxy', { headers: [['proxy-authorization', `Basic ${SECRET}`]] }],
    ['each of several cookies', { headers: [['cookie', `a=${SECRET}; b=${SECRET}=${SECRET}`]] }],
    [
      'each Set-Cookie',
      {
        answerHeaders: [
          ['set-cookie', `a=${SECRET}; HttpOnly`],
          ['set-cookie', `b=${SECRET}`],
        ],
      },
    ],
    ['a proof', { headers: [['dpop', JWT.replace('c2lnbmF0dXJl', SECRET)]] }],
    ['an ID token that is sent back', { url: `http://localhost/logout?id_token_hint=${SECRET}` }],
    ['a form that begins oddly', { body: `a b=1&client_secret=${SECRET}` }],
    ['a form that begins like JSON', { body: `{x=1&client_secret=${SECRET}` }],
    ['a form value that nobody encoded', { body: `username=alice&password=it"s <${SECRET}> ${SECRET}` }],
    ['a device code and its user code', { answer: `{"device_code":"${SECRET}","user_code":"${SECRET}"}` }],
    ['JSON that is cut off', { answer: `{"token_type":"Bearer","access_token":"${SECRET}` }],
    ['JSON with escapes', { body: `{"client_secret":"a\\"b${SECRET}\\u00e9"}` }],
    [
      'what JSON with escapes says, elsewhere',
      { body: '{"client_secret":"one\\/two\\/a-secret"}', headers: [['x-said', 'one/two/a-secret']] },
    ],
    ['a link in JSON', { answer: `{"next":"http://localhost/callback?code=${SECRET}"}` }],
    ['an anti-forgery field', { answer: `<form><input type="hidden" value="${SECRET}" name="_csrf"></form>` }],
    ['a form that brings a code on', { answer: `<form><input name="code" type="hidden" value="${SECRET}"/></form>` }],
    ['a link in a page', { answer: `<a href="/callback?state=s&amp;code=${SECRET}">on</a>` }],
    ['a token alone', { answer: JWT.replace('c2lnbmF0dXJl', SECRET) }],
    ['an encrypted token alone', { answer: `eyJhbGciOiJSU0EifQ.a.b.c.${SECRET}` }],
    [
      'what the log says of it',
      { body: `code=${SECRET}`, log: [{ level: 30, message: SECRET, details: { deep: [{ er: `of ${SECRET}` }] } }] },
    ],
  ])('%s', (_what, said) => {
    for (const secret of [SECRET, 'one/two/a-secret']) expect(shown(said)).not.toContain(secret);
  });

  it('nor a part of the hash of what people make up, which would tell a right guess from a wrong one', () => {
    expect(shown({ body: 'username=alice&password=wonderland' })).toContain('password=[password]');
  });
});

describe('everything else is shown', () => {
  it('as it was', () => {
    const said: Said = {
      url: 'http://localhost/authorize?response_type=code&state=abc&code_challenge=xyz',
      headers: [['authorization', 'Bearer']],
      body: 'grant_type=refresh_token&scope=a+b',
      answer: '<p>code = law</p><input name="username" value="alice">',
    };
    expect(redact(exchangeOf({ ...said, headers: [] }))).toEqual(exchangeOf({ ...said, headers: [] }));
  });

  it.each(['startedAt', 'response', '1700000000000', 'authorization-server', '0123456789abcdef', '$&$1$`$$'])(
    'also where somebody sends "%s" as a code',
    (code) => {
      const { request, ...rest } = redact(exchangeOf({ url: `http://localhost/callback?code=${encodeURIComponent(code)}` }));
      const { request: _request, ...before } = exchangeOf({});
      expect(rest).toEqual(before);
      expect(request.url).toMatch(/code=\[code [0-9a-f]{4}\]$/);
    },
  );
});

describe('a secret that comes back in another form', () => {
  const secret = 'sö/me+"se<cret>" & more';
  it.each([
    ['in an address', encodeURIComponent(secret)],
    ['in a form', new URLSearchParams({ '': secret }).toString().slice(1)],
    ['in base64, behind an id', Buffer.from(`client:${secret}`).toString('base64')],
    ['in base64url, in the midst', Buffer.from(`"${secret}",`).toString('base64url')],
    ['in JSON that is ASCII', JSON.stringify(secret).replace('ö', '\\u00f6')],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(secret))],
    ['in a page', 'sö/me+&quot;se&lt;cret&gt;&quot; &amp; more'],
    ['in hexadecimal digits', Buffer.from(secret).toString('hex')],
  ])('%s', (_where, form) => {
    const body = `client_secret=${encodeURIComponent(secret)}`;
    expect(shown({ body, answer: `before ${form} behind` })).not.toContain(JSON.stringify(form).slice(8, -8));
    expect(shown({ body, answer: 'nothing' })).toContain('nothing');
  });
});
