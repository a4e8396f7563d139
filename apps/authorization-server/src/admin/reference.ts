import { html } from '@rolecall/service-kit/pages/html';
import type { JsonSchema, OpenApiDocument } from './openapi.ts';

/** One operation, as the document has it. */
interface Described {
  operationId: string;
  summary: string;
  description?: string;
  security: { oauth2: string[] }[];
  parameters: { name: string; in: string; description?: string; required?: boolean }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

type Content = { 'application/json': { schema: JsonSchema } };

/** The API's reference, for people: the same document as a page without scripts. HTML. */
export function referenceView(document: OpenApiDocument, documentPath: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation: operation as Described })),
  );
  const collections = Map.groupBy(operations, ({ path }) => path.split('/')[1] ?? '');
  const schemas = Object.entries(document.components.schemas);
  return html`<h1>${document.info.title}</h1>
<p>Below <code>${document.servers[0]?.url}</code>. For programs: <a href="${documentPath}">the same as OpenAPI 3.1</a>.
Every operation needs an access token that a client got for itself, for this address as its resource.</p>
<nav aria-label="Contents"><ul>!${[...collections.keys(), 'messages'].map((name) => html`<li><a href="#${name}">${words(name)}</a></li>`).join('')}</ul></nav>
!${[...collections].map(([name, all]) => html`<h2 id="${name}">${words(name)}</h2>!${all.map(operationView).join('')}`).join('')}
<h2 id="messages">Messages</h2>
!${schemas.map(([name, schema]) => schemaView(name, schema)).join('')}`;
}

const words = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');

function operationView({ path, method, operation }: { path: string; method: string; operation: Described }): string {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation;
  const [status, success] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
  const answer = success?.content?.['application/json'].schema;
  const body = requestBody?.content['application/json'].schema;
  const scopes = security.flatMap(({ oauth2 }) => oauth2);
  return html`<section aria-labelledby="${operationId}">
<h3 id="${operationId}">${summary}</h3>
<p><code>${method} ${path}</code></p>
!${description === undefined ? '' : html`<p>${description}</p>`}
<dl>
<dt>Scope</dt><dd>!${scopes.map((scope) => html`<code>${scope}</code>`).join(' or ')}</dd>
!${parameters.map(({ name, in: where, description: what, required }) => html`<dt>${where === 'path' ? 'In the path' : 'In the query'}</dt><dd><code>${name}</code>${required ? '' : ', optional'}${what === undefined ? '' : `. ${what}`}</dd>`).join('')}
!${body === undefined ? '' : html`<dt>Body</dt><dd>!${typeView(body)}</dd>`}
<dt>Answer</dt><dd>${status}!${answer === undefined ? '' : html`, !${typeView(answer)}`}</dd>
</dl>
</section>`;
}

function schemaView(name: string, schema: JsonSchema): string {
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {});
  return html`<section aria-labelledby="message-${name}">
<h3 id="message-${name}">${name}</h3>
!${schema.description === undefined ? '' : html`<p>${schema.description}</p>`}
<dl>!${members
    .map(
      ([member, type]) =>
        html`<dt><code>${member}</code></dt><dd>!${typeView(type)}${required.has(member) ? '' : ', optional'}${type.description === undefined ? '' : `. ${type.description}`}</dd>`,
    )
    .join('')}</dl>
</section>`;
}

/** What values there may be, in a few words. */
function typeView(schema: JsonSchema): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return html`<a href="#message-${name}">${name}</a>`;
  if (schema.enum !== undefined) return schema.enum.map((value) => html`<code>${value}</code>`).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeView).join(' or ');
  if (schema.items !== undefined) return html`list of !${typeView(schema.items)}`;
  if (schema.properties !== undefined)
    return html`object with !${Object.keys(schema.properties)
      .map((member) => html`<code>${member}</code>`)
      .join(', ')}`;
  return html`${schema.type ?? 'any value'}`;
}
