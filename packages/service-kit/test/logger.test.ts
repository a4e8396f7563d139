import { describe, expect, it } from 'vitest';
import { createLogger } from '../src/logger.ts';
import { createTestApp, keepLines } from './support/app.ts';

const SECRETS = {
  authorization: 'Bearer s3cret',
  cookie: 's3cret',
  'set-cookie': 's3cret',
  dpop: 's3cret',
  password: 's3cret',
  client_secret: 's3cret',
  client_assertion: 's3cret',
  code: 's3cret',
  code_verifier: 's3cret',
  token: 's3cret',
  access_token: 's3cret',
  refresh_token: 's3cret',
  id_token: 's3cret',
};

describe('what is logged', () => {
  it('never holds a secret, where one is logged by mistake', async () => {
    const { destination, log } = keepLines();
    const logger = await createLogger({ name: 'role', level: 'info', format: 'json', destination });
    logger.info(SECRETS, 'at the top');
    logger.info({ body: SECRETS }, 'one level down');
    logger.info({ request: { headers: SECRETS } }, 'two levels down');
    expect(log).toHaveLength(3);
    expect(JSON.stringify(log)).not.toContain('s3cret');
    expect(log[0]).toMatchObject({ name: 'role', msg: 'at the top', password: '[redacted]' });
  });

  it('never holds a secret in a list, in an error, or in what belongs to a request', async () => {
    const { destination, log } = keepLines();
    const logger = await createLogger({ name: 'role', level: 'info', format: 'json', destination });
    logger.info({ sent: [SECRETS, SECRETS] }, 'a list');
    logger.info({ err: Object.assign(new Error('failed'), { password: 's3cret', request: SECRETS }) }, 'an error');
    logger.child(SECRETS).info('a child');
    expect(log).toHaveLength(3);
    expect(JSON.stringify(log)).not.toContain('s3cret');
    expect(log[0]?.['sent']).toHaveLength(2);
    expect(log[1]).toMatchObject({ err: { message: 'failed', password: '[redacted]' } });
  });

  it('of a request is its method, path and sender: no query, no header, no body', async () => {
    const { app, log } = await createTestApp();
    app.get('/callback', async () => 'fine');
    await app.inject({ url: '/callback?code=s3cret&state=s3cret', headers: { authorization: 'Bearer s3cret', cookie: 'session=s3cret' } });
    await app.close();
    expect(log).toHaveLength(1);
    expect(JSON.stringify(log)).not.toContain('s3cret');
    expect(log[0]).toMatchObject({ req: { method: 'GET', path: '/callback', address: '127.0.0.1' }, res: { status: 200 } });
  });

  it('has an id of our own for each request, whatever the caller sends', async () => {
    const { app, log } = await createTestApp();
    app.get('/', async () => 'fine');
    await app.inject({ url: '/', headers: { 'request-id': 'forged', 'x-request-id': 'forged' } });
    await app.close();
    expect(log[0]?.['reqId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is for people where that is asked for', async () => {
    let text = '';
    const { Writable } = await import('node:stream');
    const destination = new Writable({ write: (chunk, _encoding, done) => ((text += String(chunk)), done()) });
    const logger = await createLogger({ name: 'role', level: 'info', format: 'pretty', destination });
    logger.info({ password: 's3cret' }, 'hello');
    await expect.poll(() => text).toContain('hello');
    expect(text).not.toContain('s3cret');
    expect(() => JSON.parse(text) as unknown).toThrow();
  });
});
