import { printable } from '../output.ts';
import { CHECKS } from './checks.ts';
import type { Finding } from './finding.ts';
import { createProbe, type Probe } from './probe.ts';
import type { Settings } from './settings.ts';
import { createSubject } from './subject.ts';

/** Makes every check whose roles are there, and answers what was found. Nothing is changed anywhere; no finding has a secret or a token in it. */
export async function examine(settings: Settings, probe: Probe = createProbe()): Promise<Finding[]> {
  const subject = createSubject(settings, probe);
  const findings: Finding[] = [];
  for (const { name, view, roles, look } of CHECKS) {
    if (roles.some((role) => settings.without.has(role))) continue;
    for (const observation of await look(subject)) findings.push({ view, check: name, ...observation });
  }
  const token = await subject.token();
  // Others chose what is quoted: they might give back what they were sent, or say what a terminal would obey.
  return withoutSecrets(findings, [settings.credentials?.secret, 'token' in token ? token.token : undefined]);
}

function withoutSecrets(findings: Finding[], secrets: (string | undefined)[]): Finding[] {
  const clean = (text: string): string =>
    secrets.reduce<string>((result, secret) => (secret === undefined || secret === '' ? result : result.replaceAll(secret, '…')), text);
  return findings.map(
    (finding) => Object.fromEntries(Object.entries(finding).map(([name, value]) => [name, printable(clean(value))])) as unknown as Finding,
  );
}
