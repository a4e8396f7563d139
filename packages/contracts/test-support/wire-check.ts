import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { repeatableParameters } from '../src/authorization-request.ts';
import type { Operation, Response } from '../src/documents/openapi.ts';
import { routeOf } from './route-of.ts';

/** An OpenAPI document, as far as it is looked at here. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/** A request as it was sent. */
export interface SentRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

/** An answer as it came. */
export interface ReceivedAnswer {
  status: number;
  /** By names in lower case. */
  headers: Record<string, unknown>;
  body: string;
}

/** Holds what goes over the wire against what a document says. */
export interface WireCheck {
  /** What is wrong with an answer, by the document: its status, its headers, its body. Nothing, where it is as documented. */
  problemsOf(request: SentRequest, answer: ReceivedAnswer): string[];
  /** What is wrong with a request: its query or its body. */
  problemsOfRequest(request: SentRequest): string[];
  /** What the document promises and no answer has shown so far, such as `post /token 429`. What comes by `default` is not promised. */
  notSeen(): string[];
}

export function createWireCheck(document: Document): WireCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const seen = new Set<string>();

  const validate = (schema: unknown, value: unknown, where: string): string[] => {
    const check = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object);
    return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${where}${instancePath} ${message}`);
  };

  const operationOf = ({ method, url }: SentRequest): { name: string; operation: Operation } => {
    const path = routeOf(Object.keys(document.paths), url.replace(/\?.*/s, ''));
    const operation = document.paths[path]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`${method} ${url} is not in the document`);
    return { name: `${method.toLowerCase()} ${path}`, operation };
  };

  const bodyProblems = (content: NonNullable<Response['content']>, type: string, body: string, where: string): string[] => {
    const mediaType = type.replace(/;.*/, '').trim();
    const described = content[mediaType];
    if (described === undefined) return [`${where} is ${mediaType || 'of no type'}`];
    return validate(described['schema'], parsed(mediaType, body), where);
  };

  return {
    problemsOf: (request, { status, headers, body }) => {
      const { name, operation } = operationOf(request);
      const response = operation.responses[String(status)] ?? operation.responses['default'];
      if (response === undefined) return [`the status ${status} is not documented`];
      if (String(status) in operation.responses) seen.add(`${name} ${status}`);
      const ofHeaders = Object.entries(response.headers ?? {}).flatMap(([header, { schema, required }]) => {
        const value = headers[header.toLowerCase()];
        if (value === undefined) return required ? [`the header ${header} is missing`] : [];
        return validate(schema, String(value), header);
      });
      if (response.content === undefined) return body === '' ? ofHeaders : [...ofHeaders, 'there is a body'];
      return [...ofHeaders, ...bodyProblems(response.content, String(headers['content-type'] ?? ''), body, 'the body')];
    },
    problemsOfRequest: (request) => {
      const { operation } = operationOf(request);
      const query = members(new URLSearchParams(/\?(.*)/s.exec(request.url)?.[1] ?? ''));
      const ofQuery = (operation.parameters ?? [])
        .filter((parameter) => parameter['in'] === 'query')
        .flatMap((parameter) => {
          const name = String(parameter['name']);
          if (query[name] === undefined) return parameter['required'] === true ? [`${name} is missing`] : [];
          return validate(parameter['schema'], query[name], name);
        });
      const { content } = (operation.requestBody ?? {}) as Pick<Response, 'content'>;
      if (content === undefined) return ofQuery;
      return [...ofQuery, ...bodyProblems(content, request.headers?.['content-type'] ?? '', request.body ?? '', 'the body')];
    },
    notSeen: () =>
      Object.entries(document.paths)
        .flatMap(([path, operations]) =>
          Object.entries(operations).flatMap(([method, { responses }]) =>
            Object.keys(responses).map((status) => `${method} ${path} ${status}`),
          ),
        )
        .filter((each) => !each.endsWith(' default') && !seen.has(each)),
  };
}

function parsed(mediaType: string, body: string): unknown {
  if (mediaType === 'application/json') return JSON.parse(body);
  return mediaType === 'application/x-www-form-urlencoded' ? members(new URLSearchParams(body)) : body;
}

/** Parameters as members: those that may be sent more than once are lists. */
function members(parameters: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [
      name,
      repeatableParameters.has(name) ? parameters.getAll(name) : (parameters.get(name) as string),
    ]),
  );
}
