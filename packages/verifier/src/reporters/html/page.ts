import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { html } from 'ghtml';
import type { Verdict } from '../../finding.ts';
import { countVerdicts, isViolation, type Report, type Result, type Strictness, type Trial } from '../../report.ts';
import { inOneLine, visible } from '../visible.ts';
import {
  conclusion,
  countsInWords,
  leftInWords,
  profilesInWords,
  type Section,
  sectionsOf,
  untriedInWords,
  verdictInWords,
  verdicts,
} from '../words.ts';
import { exchangeView } from './exchange.ts';

const STYLE = readFileSync(new URL('./style.css', import.meta.url), 'utf8');
/** Whatever the other side said: nothing runs, nothing is loaded, nothing is sent, and no other style counts. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; img-src data:; form-action 'none'; base-uri 'none'`;

/** The report as one page that needs nothing beside itself: to read, to print, to send to somebody. */
export function renderHtml(report: Report, strictness: Strictness = {}): string {
  const { role, subject, results } = report;
  const sections = sectionsOf(results);
  const remarks = [untriedInWords(report), leftInWords(report)].filter((remark) => remark !== undefined);
  const concluded = conclusion(report, strictness);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${concluded}: ${inOneLine(subject, 100)}</title>
<link rel="icon" href="data:,">
<style>!${STYLE}</style>
</head>
<body>
<a class="skip" href="#results">Skip to the results</a>
<main>
<header>
<h1><small>${role}</small>${inOneLine(subject)}</h1>
<p><span class="badge conclusion ${concluded === 'conformant' ? 'passed' : 'failed'}">${concluded}</span> ${countsInWords(results)}</p>
<p class="soft">Verified by Rolecall from outside on ${dateOf(report)}, in ${(report.milliseconds / 1_000).toFixed(1)} s, against ${profilesInWords(report)}. ${whatCounts(strictness)}</p>
!${remarks.map((remark) => html`<p class="soft">${visible(remark)}</p>`).join('\n')}
</header>
!${failures(results, strictness)}
!${overview(sections, results)}
!${filter(results)}
<div id="results">
!${sections.map((section) => group(section, strictness)).join('\n')}
</div>
</main>
</body>
</html>
`;
}

const dateOf = ({ startedAt }: Report): string => `${startedAt.slice(0, 10)} at ${startedAt.slice(11, 16)} UTC`;

const whatCounts = ({ strict = false }: Strictness): string =>
  strict
    ? 'Every failure counts.'
    : 'What MUST be counts, and what is offered; where it only SHOULD be, or Rolecall has decided what the standards leave open, a failure is shown and does not count.';

/** What people look for first, with links to what shows it. What counts comes before what does not. */
function failures(results: readonly Result[], strictness: Strictness): string {
  const failed = results
    .filter(({ verdict }) => verdict === 'failed')
    .toSorted((a, b) => Number(isViolation(b, strictness)) - Number(isViolation(a, strictness)));
  if (failed.length === 0) return '';
  const item = (result: Result): string =>
    html`<li>!${badge(result, strictness)} <a class="id" href="#${result.id}">${result.id}</a> ${result.requirement}</li>`;
  return html`<section class="failures"><h2>What failed</h2><ul>!${failed.map(item).join('\n')}</ul></section>`;
}

function badge(result: Result, strictness: Strictness): string {
  const kind = result.verdict === 'failed' && !isViolation(result, strictness) ? 'uncounted' : classOf(result.verdict);
  return html`<span class="badge ${kind}">${verdictInWords(result, strictness)}</span>`;
}

function overview(sections: readonly Section[], results: readonly Result[]): string {
  const row = (own: readonly Result[]): string => {
    const counts = countVerdicts(own);
    return verdicts
      .map((verdict) => html`<td!${verdict === 'failed' && counts.failed > 0 ? ' class="some-failed"' : ''}>${counts[verdict] || '·'}</td>`)
      .join('');
  };
  return html`<div class="overview"><table>
<thead><tr><th scope="col">Group</th>!${verdicts.map((verdict) => html`<th scope="col">${verdict}</th>`).join('')}</tr></thead>
<tbody>!${sections.map((section) => html`<tr><th scope="row"><a href="#${section.name}">${section.title}</a></th>!${row(section.results)}</tr>`).join('\n')}</tbody>
<tfoot><tr><th scope="row">All</th>!${row(results)}</tr></tfoot>
</table></div>`;
}

function filter(results: readonly Result[]): string {
  const counts = countVerdicts(results);
  const choice = (value: string, words: string, checked = ''): string =>
    html`<label><input type="radio" name="show" id="show-${value}"!${checked}> ${words}</label>`;
  return html`<fieldset><legend>Show</legend>
!${choice('all', `all (${results.length})`, ' checked')}
!${verdicts.map((verdict) => choice(classOf(verdict), `${verdict} (${counts[verdict]})`)).join('\n')}
</fieldset>`;
}

function group({ name, title, results }: Section, strictness: Strictness): string {
  const open = results.some(({ verdict }) => verdict === 'failed');
  return html`<details class="group" id="${name}"!${open ? ' open' : ''}>
<summary><h2>${title}</h2> <span class="id soft">${name}</span> <span class="counts soft">${countsInWords(results)}</span></summary>
!${results.map((result) => resultView(result, strictness)).join('\n')}
</details>`;
}

function resultView(result: Result, strictness: Strictness): string {
  const { id, requirement, verdict, level, core, because, sources, trials } = result;
  const counted = isViolation(result, strictness);
  const wrong = trials.filter((trial) => trial.verdict === 'failed');
  return html`<article class="result is-${classOf(verdict)}!${counted ? ' counted' : ''}" id="${id}">
!${badge(result, strictness)} <span class="id">${id}</span> <h3>${requirement}</h3>
!${because !== undefined && wrong.length === 0 ? html`<p class="soft">${visible(because)}</p>` : ''}
!${wrong.map(trialView).join('\n')}
<p class="meta soft">${level}${core ? ', core' : ''} · !${sources.map(({ label, url }) => html`<a href="${url}" rel="noreferrer">${label}</a>`).join(', ')}!${tried(trials)}</p>
</article>`;
}

const tried = (trials: readonly Trial[]): string =>
  trials.length === 0 ? '' : html` · tried: ${trials.map(({ title }) => inOneLine(title)).join('; ')}`;

function trialView({ title, because, exchanges }: Trial): string {
  return html`<div class="trial"><p><strong>${visible(title)}</strong>: ${visible(because ?? '')}</p>
!${exchanges.map(exchangeView).join('\n')}</div>`;
}

const classOf = (verdict: Verdict): string => verdict.replace(' ', '-');
