import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { html } from '../src/pages/html.ts';
import { registerPages } from '../src/pages/register-pages.ts';
import { createTestApp } from './support/app.ts';

const HOSTILE = `"><script>alert('1')</script>&amp;`;

let app: FastifyInstance;
beforeEach(async () => {
  ({ app } = await createTestApp());
  registerPages(app, 'Sample role');
  app.get('/plain', async (_request, reply) => reply.page({ title: 'Welcome', body: html`<h1>Welcome</h1>` }));
  app.get('/hostile', async (_request, reply) =>
    reply.page({ title: HOSTILE, body: html`<p title="${HOSTILE}">${HOSTILE}</p>` }, { status: 400 }),
  );
  app.get('/form', async (_request, reply) =>
    reply.page({ title: 'Form', body: '<form></form>' }, { formTargets: ['https://client.example'] }),
  );
});
afterEach(() => app.close());

it('AS-GEN-16: no value becomes markup, in text, in an attribute or in the title', async () => {
  const { body, statusCode } = await app.inject('/hostile');
  expect(statusCode).toBe(400);
  expect(body).not.toContain('<script');
  expect(body).not.toContain(HOSTILE);
  expect(body.match(/&#60;script&#62;/g)).toHaveLength(3);
});

describe('html', () => {
  it('escapes every character that HTML gives a meaning', () => {
    expect(html`${`<>&"'`}`).not.toMatch(/[<>"']/);
  });

  it('takes other pieces as they are where they are marked, lists too', () => {
    const items = ['<a>', 'b'].map((each) => html`<li>${each}</li>`);
    expect(html`<ul>!${items}</ul>`).toBe('<ul><li>&#60;a&#62;</li><li>b</li></ul>');
  });

  it('shows tags as text where the mark was forgotten', () => {
    expect(html`<ul>${html`<li>b</li>`}</ul>`).not.toContain('<li>');
  });
});

describe('a page', () => {
  it('AS-GEN-10: cannot be framed, runs no script, loads nothing from elsewhere and is never kept', async () => {
    const { headers } = await app.inject('/plain');
    const policy = String(headers['content-security-policy']);
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]),
    );
    expect(policy).not.toMatch(/unsafe|script-src|\*/);
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
  });

  it('lets its form end where it has to, and nowhere else', async () => {
    const { headers } = await app.inject('/form');
    expect(headers['content-security-policy']).toContain("form-action 'self' https://client.example;");
  });

  it('has a language, a title, a size for phones and something to skip to', async () => {
    const { body } = await app.inject('/plain');
    for (const part of ['<html lang="en">', '<title>Welcome · Sample role</title>', 'name="viewport"', 'href="#main"', 'id="main"'])
      expect(body).toContain(part);
  });

  it('links a stylesheet that can be kept for ever, since its name changes with it', async () => {
    const { body } = await app.inject('/plain');
    const path = /href="(\/assets\/[^"]+\.css)"/.exec(body)?.[1] ?? '';
    const style = await app.inject(path);
    expect(style.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': expect.stringContaining('immutable') as string,
    });
    // Light and dark, and a focus that can be seen.
    expect(style.body).toContain('color-scheme: light dark');
    expect(style.body).toContain(':focus-visible');
  });
});
