import type { Lane } from '@rolecall/lab/exchange';
import type { Arrow } from '../arrow.ts';
import { meaningOf } from '../explain/requests.ts';

const PARTICIPANTS: Record<Lane, string> = {
  browser: 'actor browser as Browser',
  attacker: 'actor attacker as Attacker',
  client: 'participant client as Client',
  'authorization-server': 'participant authorization-server as Authorization server',
  'resource-server': 'participant resource-server as Resource server',
};

/** The arrows as a sequence diagram of Mermaid, to be pasted into a document. Without anything that is secret: paths only. */
export function toMermaid(arrows: readonly Arrow[]): string {
  const present = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const lanes = Object.entries(PARTICIPANTS).filter(([lane]) => present.has(lane as Lane));
  return [
    'sequenceDiagram',
    '    autonumber',
    ...lanes.map(([, words]) => `    ${words}`),
    ...arrows.flatMap((arrow) => {
      const { from, to, request, response, failure } = arrow;
      const { pathname } = new URL(request.url);
      const answer = failure === undefined ? String(response?.status ?? '…') : 'no answer';
      return [
        `    ${from}->>${to}: ${request.method} ${plain(pathname)} (${plain(meaningOf(arrow).title)})`,
        `    ${to}--${failure === undefined ? '>>' : 'x'}${from}: ${answer}`,
      ];
    }),
    '',
  ].join('\n');
}

/** Nothing that has a meaning in Mermaid. */
function plain(text: string): string {
  return text.replace(/[^\w /.:-]/g, '');
}
