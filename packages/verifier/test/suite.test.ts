import { requirements } from '@rolecall/contracts/requirements/catalogue';
import { describe, expect, it } from 'vitest';
import { authorizationServerSuite } from '../src/authorization-server/suite.ts';
import { check } from '../src/check.ts';
import { profilesByName } from '../src/profiles.ts';
import { createRecorder } from '../src/recorder.ts';
import { runSuite } from '../src/run-suite.ts';

const { checks, unseen } = authorizationServerSuite;
const ids = requirements.filter(({ role }) => role === 'authorization server').map(({ id }) => id);
const tried = new Set(checks.flatMap((each) => each.ids));

describe('what is asked of an authorization server', () => {
  it('has a check for each requirement, or says why nobody sees it from outside', () => {
    expect(ids.filter((id) => !tried.has(id) && unseen[id] === undefined)).toEqual([]);
  });

  it('has no check and no excuse for what is no requirement, and no excuse for what is tried', () => {
    expect([...tried, ...Object.keys(unseen)].filter((id) => !ids.includes(id))).toEqual([]);
    expect(Object.keys(unseen).filter((id) => tried.has(id))).toEqual([]);
  });

  it.each([
    ['oauth2.1', ['AS-RT']],
    ['mcp', ['AS-RT', 'AS-MCP']],
    ['oidc', ['AS-RT', 'AS-OP', 'AS-IDT']],
    ['fapi2', ['AS-RT', 'AS-FAPI']],
  ] as const)('counts under %s the groups %j, and what is required always', async (name, groups) => {
    const asked: string[] = [];
    const suite = { checks: ids.map((id) => check(id, 'nothing', () => void asked.push(id))), unseen: {} };
    const only = ['AS-RT', 'AS-MCP', 'AS-OP', 'AS-IDT', 'AS-FAPI'];
    const report = await runSuite({
      ...{ role: 'authorization server', name: 'nobody', suite, subject: undefined, recorder: createRecorder() },
      ...{ profiles: profilesByName[name], only },
    });
    expect([...new Set(report.results.map(({ group }) => group))].toSorted()).toEqual([...groups].toSorted());
    expect(asked).toEqual(report.results.map(({ id }) => id));
  });

  it('tries a check that is about several requirements where one of them counts, and says nothing of the others', async () => {
    const always = requirements.find(({ role, profiles }) => role === 'authorization server' && profiles.length === 0)?.id ?? '';
    const underMcp = requirements.find(({ role, profiles }) => role === 'authorization server' && profiles.includes('mcp'))?.id ?? '';
    const suite = { checks: [check(`${underMcp} ${always}`, 'both', () => undefined)], unseen: {} };
    const { results } = await runSuite({
      ...{
        role: 'authorization server',
        name: 'nobody',
        suite,
        subject: undefined,
        recorder: createRecorder(),
        only: [always, underMcp],
      },
    });
    expect(results.map(({ id, verdict }) => [id, verdict])).toEqual([[always, 'passed']]);
  });
});
