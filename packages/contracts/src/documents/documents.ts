import { authorizationServerDocument } from './authorization-server.ts';
import { clientDocument } from './client.ts';
import { type JsonSchema, messagesDocument } from './json-schema.ts';
import { resourceServerDocument } from './resource-server.ts';

/** The documents of the contract, by their file's name in `documents/`, as text. */
export function contractDocuments(version: string): Record<string, string> {
  const documents: Record<string, JsonSchema> = {
    'authorization-server.openapi.json': authorizationServerDocument(version),
    'client.openapi.json': clientDocument(version),
    'messages.schema.json': messagesDocument(version),
    'resource-server.openapi.json': resourceServerDocument(version),
  };
  return Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, `${JSON.stringify(document, undefined, 2)}\n`]));
}
