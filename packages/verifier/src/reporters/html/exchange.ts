import { html } from 'ghtml';
import type { Exchange } from '../../exchange.ts';
import { inOneLine, visible } from '../visible.ts';

/** A request and its response side by side, closed until somebody looks. */
export function exchangeView({ direction, request, response, failure, milliseconds }: Exchange): string {
  const outcome = response ? String(response.status) : 'no answer';
  const took = milliseconds === undefined ? '' : `, ${milliseconds} ms`;
  return html`<details class="exchange">
    <summary><code>${inOneLine(`${request.method} ${request.url}`, 120)}</code> → ${outcome}<span class="soft">${took}</span></summary>
    <div class="messages">
      <div>
        <h4>${direction === 'sent' ? 'Asked by the verifier' : 'Asked'}</h4>
        <pre>${text(`${request.method} ${request.url}`, request)}</pre>
      </div>
      <div>
        <h4>${direction === 'sent' ? 'Answered' : 'Answered by the verifier'}</h4>
        <pre>${response ? text(String(response.status), response) : visible(failure ?? 'nothing')}</pre>
      </div>
    </div>
  </details>`;
}

function text(first: string, { headers, body }: { headers: [string, string][]; body?: string | undefined }): string {
  const lines = [first, ...headers.map(([name, value]) => `${name}: ${value}`), ...(body ? ['', inLines(body, headers)] : [])];
  return visible(lines.join('\n'));
}

/** JSON and forms with a member in each line, everything else as it came. */
function inLines(body: string, headers: readonly [string, string][]): string {
  const isForm = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.startsWith('application/x-www-form-urlencoded'),
  );
  if (isForm) return body.replaceAll('&', '\n&');
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
