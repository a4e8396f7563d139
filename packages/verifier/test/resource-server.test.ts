import { describe, expect, it } from 'vitest';
import type { Report } from '../src/report.ts';
import { playIssuer } from '../src/resource-server/played-issuer/played-issuer.ts';
import { verifyResourceServer } from '../src/resource-server/verify.ts';
import { startOwnResourceServer } from './support/own-resource-server.ts';

const failures = ({ results }: Report) =>
  results.filter(({ verdict }) => verdict === 'failed').flatMap(({ id, trials }) => trials.filter(({ verdict }) => verdict === 'failed').map(({ title, because, exchanges }) => ({ id, title, because, exchanges: exchanges.slice(-3) })));

describe('this project’s own resource server', () => {
  it('is right in everything, with an issuer that the verifier plays', async () => {
    const issuer = await playIssuer({ issuer: 'http://localhost:0' });
    const server = await startOwnResourceServer(issuer.issuer);
    const notes = `${server.resource}/notes`;
    const report = await verifyResourceServer({
      resource: server.resource,
      operation: { url: notes, scope: 'notes:read', usersOnly: true },
      otherOperation: { method: 'POST', url: notes, json: { title: 'a', body: 'b' }, scope: 'notes:write' },
      playIssuer: issuer,
      onTrial: (ids, { title, verdict, because, milliseconds }) => process.stderr.write(`${ids} ${title} ${milliseconds}: ${verdict} ${because ?? ''}\n`),
    });
    await server.close();
    await issuer.close();
    expect(failures(report)).toEqual([]);
  });
});
