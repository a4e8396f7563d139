import { describe, expect, it } from 'vitest';
import { verifyClient } from '../src/client/verify.ts';
import { idsWith } from './support/findings.ts';
import { smallClient } from './wrong-clients/small-client.ts';

describe('the report about a client', () => {
  it('praises nobody who refuses everything', async () => {
    const refusing = await smallClient({ isFromIssuer: () => false });
    const report = await verifyClient({ ...refusing, only: ['C-CB', 'C-OIDC', 'C-TOK', 'C-API', 'C-BFF'] });
    expect(idsWith(report, 'passed')).toEqual([]);
    expect(idsWith(report, 'failed')).toHaveLength(1);
    const reasons = report.results
      .filter(({ verdict, trials }) => verdict === 'not tried' && trials.length > 0)
      .map(({ because }) => because);
    expect(reasons.length).toBeGreaterThan(15);
    for (const because of reasons) expect(because).toMatch(/^a right sign-in does not work: no token request followed/);
  });

  it('says how to tell who is signed in, where nothing does', async () => {
    // One page for everybody, with the same status: what it says is all that differs.
    const same = await smallClient({ errorPage: () => ({ location: '/' }) });
    const { launch, ...silent } = { ...same, signedIn: { url: new URL('/login', same.startUrl).href } };
    const report = await verifyClient({ ...silent, launch, only: ['C-TOK-13'] });
    expect(report.results[0]?.because).toContain('say what only somebody sees who is signed in');
  });

  it('shows the exchanges of what has failed, and no secret', async () => {
    const client = await smallClient({
      afterSignIn: ({ access }) => ({ location: `/?token=${access}` }),
      state: () => 'the-state-of-this-application',
    });
    const report = await verifyClient({ ...client, only: ['C-BFF-01', 'C-REQ-02', 'C-CB-01'] });
    const shown = JSON.stringify(report);
    expect(shown).toContain('"direction":"received"');
    expect(shown).toContain('/callback?code=[code ');
    expect(shown).not.toContain('a+secret:with');
    expect(shown).not.toMatch(/rolecall-(?:at|rt|code)-[\w-]{20}/);
  });

  it('is none where a server cannot be played', async () => {
    const client = await smallClient();
    await expect(verifyClient({ ...client, issuer: 'https://issuer.example' })).rejects.toThrow('is not an http address of this machine');
    const taken = new URL(client.startUrl).origin;
    await expect(verifyClient({ ...client, issuer: taken })).rejects.toThrow('cannot be used');
  });
});
