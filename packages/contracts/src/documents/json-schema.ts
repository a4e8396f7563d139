import * as z from 'zod';
import { type Message, messages } from './messages.ts';

/** As much of JSON Schema 2020-12 as is written here. */
export type JsonSchema = Record<string, unknown>;

const registry = z.registry<{ id: string }>();
for (const [id, { schema }] of Object.entries(messages)) registry.add(schema, { id });

/**
 * JSON Schemas of messages, by name. They are what a sender has to keep to: members with a default may be left out. What a schema cannot say
 * (that two members are the same, that a URL can be parsed) is in its description.
 *
 * @param prefix what references to the others begin with: `#/$defs/`.
 */
export function jsonSchemas(prefix: string): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => prefix + id });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [
      name,
      { description: (messages[name] as Message).description, ...schema },
    ]),
  );
}

/** The JSON Schema of a part that has no name of its own, such as a parameter. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** One document with a definition for each message and token, and who sends it to whom. */
export function messagesDocument(version: string): JsonSchema {
  const schemas = jsonSchemas('#/$defs/');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The messages that the roles exchange, and the tokens in them',
    'x-version': version,
    $defs: Object.fromEntries(
      Object.entries(messages).map(([name, { sender, receivers }]) => [
        name,
        { ...schemas[name], 'x-sender': sender, 'x-receivers': receivers },
      ]),
    ),
  };
}
