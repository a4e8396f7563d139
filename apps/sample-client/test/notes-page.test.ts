import { describe, expect, it } from 'vitest';
import { unescapeHtml } from './support/browser.ts';
import { startClient } from './support/client.ts';

async function connected() {
  const client = await startClient();
  await client.browser.connect();
  return { ...client, page: await client.browser.follow() };
}

describe('the page of notes', () => {
  it('says what this client may do, by whom, for what and until when', async () => {
    const { page, authorizationServer, resourceServer } = await connected();
    const text = unescapeHtml(page.body);
    expect(page.statusCode).toBe(200);
    expect(text).toContain('<dd>notes:read notes:write</dd>');
    expect(text).toContain(`<dd>${authorizationServer.issuer}</dd>`);
    expect(text).toContain(`<dd>${resourceServer.resource}</dd>`);
    expect(text).toMatch(/<dt>Until<\/dt><dd>\d+ \w+ \d{4},? \d\d:\d\d UTC<\/dd>/);
    expect(text).toContain('You have no notes yet.');
  });

  it('leads who is not signed in to the start page, and who is from there to the notes', async () => {
    const { browser, otherBrowser } = await connected();
    const stranger = otherBrowser();
    expect((await stranger.get('/notes')).headers).toMatchObject({ location: '/' });
    expect((await browser.get('/')).headers).toMatchObject({ location: '/notes' });
  });

  it('adds a note and shows it, escaped, line breaks kept', async () => {
    const { browser, resourceServer } = await connected();
    const answer = await browser.submit('/notes', { title: '<script>alert(1)</script>', body: 'one\r\ntwo & "three"' });
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/notes']);
    expect(resourceServer.notes).toMatchObject([{ title: '<script>alert(1)</script>', body: 'one\ntwo & "three"' }]);
    expect(resourceServer.calls().at(-1)?.headers['content-type']).toBe('application/json');
    const page = await browser.follow();
    expect(page.body).not.toContain('<script>');
    expect(unescapeHtml(page.body)).toContain('one\ntwo & "three"');
  });

  it('deletes a note', async () => {
    const { browser, resourceServer } = await connected();
    await browser.submit('/notes', { title: 'One' });
    await browser.follow();
    expect((await browser.submit(`/notes/${resourceServer.notes[0]?.id}/delete`)).headers.location).toBe('/notes');
    expect(resourceServer.notes).toEqual([]);
  });

  it('takes the answer that a note is not there for a success of its deletion', async () => {
    const { browser, resourceServer } = await connected();
    await browser.submit('/notes', { title: 'One' });
    await browser.follow();
    const id = resourceServer.notes.pop()?.id;
    expect((await browser.submit(`/notes/${id}/delete`)).headers.location).toBe('/notes');
  });

  it('shows what the API does not like about a note, and keeps what was typed', async () => {
    const { browser, resourceServer } = await connected();
    resourceServer.interfere = () => ({
      status: 400,
      body: { error: 'invalid_request', error_description: 'title must <b>not</b> be empty' },
    });
    const page = await browser.submit('/notes', { title: ' ', body: 'kept & well' });
    expect(page.statusCode).toBe(400);
    expect(page.body).toContain('role="alert" id="reason"');
    expect(page.body).toContain('aria-describedby="reason"');
    expect(page.body).not.toContain('<b>not</b>');
    expect(unescapeHtml(page.body)).toContain('title must <b>not</b> be empty');
    expect(unescapeHtml(page.body)).toContain('kept & well</textarea>');
    resourceServer.interfere = () => undefined;
    expect((await browser.submit('/notes', { title: 'Now', body: 'kept & well' })).statusCode).toBe(303);
  });

  it('C-BFF-03: changes nothing for a form without this session’s token', async () => {
    const { browser, otherBrowser, resourceServer } = await connected();
    const other = otherBrowser();
    await other.connect();
    const foreign = /name="_csrf" value="([^"]*)"/.exec((await other.follow()).body)?.[1] ?? '';
    for (const form of [{}, { _csrf: '' }, { _csrf: 'made-up' }, { _csrf: unescapeHtml(foreign) }]) {
      const page = await browser.post('/notes', { title: 'Forged', ...form });
      expect(page.statusCode).toBe(403);
      expect(page.body).toContain('This form is out of date');
    }
    expect(resourceServer.notes).toEqual([]);
  });

  it('C-BFF-03: takes no anti-forgery token from a header, nor a form as JSON', async () => {
    const { app, browser, page, resourceServer } = await connected();
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const token = unescapeHtml(/name="_csrf" value="([^"]*)"/.exec(page.body)?.[1] ?? '');
    const json = {
      method: 'POST',
      url: '/notes',
      headers: { cookie, 'csrf-token': token },
      payload: { title: 'x', _csrf: [token] },
    } as const;
    expect((await app.inject(json)).statusCode).toBe(415);
    expect((await browser.post('/notes', { title: 'x' })).statusCode).toBe(403);
    expect(resourceServer.notes).toEqual([]);
  });

  it('leads to older notes when the API has more', async () => {
    const { browser, resourceServer } = await connected();
    resourceServer.interfere = ({ url }) => (url === '/notes' ? { body: { notes: [], next_cursor: 'a&b=c/../d' } } : undefined);
    const page = await browser.get('/notes');
    const href = /<a href="(\/notes\?[^"]*)">Older notes/.exec(page.body)?.[1] ?? '';
    expect((await browser.get(unescapeHtml(href))).statusCode).toBe(200);
    expect(resourceServer.calls().at(-1)?.url).toBe('/notes?cursor=a%26b%3Dc%2F..%2Fd');
  });
});
