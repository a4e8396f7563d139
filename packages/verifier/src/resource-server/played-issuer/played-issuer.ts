import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '../../exchange.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';
import { introspectionAnswer, type IntrospectionQuestion, type Said } from './introspection.ts';

export interface PlayedIssuerOptions {
  /** The issuer identifier. With port 0 it gets a free one. */
  issuer: string;
  /** Where it listens: the address of the issuer, which has to be this machine's unless something is said here. */
  listen?: { host: string; port: number } | undefined;
  /** What tokens and keys are for. RS256, unless it is said. */
  algorithm?: string | undefined;
}

/** What the played issuer is asked for. */
export type Document = 'metadata' | 'keys' | 'introspection' | 'elsewhere';

/** How it answers instead of rightly. `silent`: not at all, until that ends. */
export type Misbehaviour = 'silent' | { status: number; type?: string; body: string };

/** An authorization server of which a resource server sees no more than this: metadata, keys, introspection. */
export interface PlayedIssuer {
  issuer: string;
  keys: IssuerKeys;
  /** What it says of itself. */
  metadata: Readonly<Record<string, unknown>>;
  /** How often it was asked for something. */
  asked(document: Document): number;
  /** How often it has answered that rightly. */
  told(document: Document): number;
  /** Answers in another way from now on; without a misbehaviour as usual. */
  behave(document: Document, misbehaviour?: Misbehaviour): void;
  /** What introspection says of tokens: of all others that they are not active. */
  introspection: Map<string, Said>;
  /** Who asked about which token. */
  questions: IntrospectionQuestion[];
  /** An address of its own that no document names: whoever comes there was led by something else. */
  elsewhere: string;
  /** Tells of what it is asked. */
  onExchange: ((exchange: Exchange) => void) | undefined;
  close(): Promise<void>;
}

const MAXIMUM_BODY = 200_000;
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Plays an issuer, with keys that are made now. It listens on this machine alone, unless it is told otherwise.
 *
 * @throws Error where the issuer's address is not this machine's and nothing is said of where to listen, or the port is taken.
 */
export async function playIssuer({ issuer: asked, listen, algorithm = 'RS256' }: PlayedIssuerOptions): Promise<PlayedIssuer> {
  const address = new URL(asked);
  if (listen === undefined && (address.protocol !== 'http:' || !LOOPBACK.includes(address.hostname)))
    throw new Error(`${asked} is not an address of this machine alone: say where the issuer is to listen`);
  const keys = await createIssuerKeys(algorithm);
  const counts: Record<Document, number> = { metadata: 0, keys: 0, introspection: 0, elsewhere: 0 };
  const told = { ...counts };
  const misbehaviours = new Map<Document, Misbehaviour>();
  const waiting = new Map<Document, Set<ServerResponse>>();
  const path = address.pathname.replace(/\/$/, '');

  const server = createServer((request, response) => {
    void readText(request).then((body) => answer(request, response, body));
  });
  const { host, port } = listen ?? { host: address.hostname.replace(/[[\]]/g, ''), port: Number(address.port === '' ? 80 : address.port) };
  server.listen(port, host);
  await once(server, 'listening');
  if (address.port === '0') address.port = String((server.address() as AddressInfo).port);
  const issuer = `${address.origin}${address.pathname === '/' && !asked.endsWith('/') ? '' : address.pathname}`;
  const base = `${address.origin}${path}`;
  const documents = new Map<string, Document>([
    [`/.well-known/oauth-authorization-server${path}`, 'metadata'],
    [`${path}/.well-known/openid-configuration`, 'metadata'],
    [`/.well-known/openid-configuration${path}`, 'metadata'],
    [`${path}/jwks`, 'keys'],
    [`${path}/introspect`, 'introspection'],
    [`${path}/elsewhere`, 'elsewhere'],
  ]);
  const metadata = {
    issuer,
    jwks_uri: `${base}/jwks`,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    introspection_endpoint: `${base}/introspect`,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
  };
  const played: PlayedIssuer = {
    issuer,
    keys,
    metadata,
    asked: (document) => counts[document],
    told: (document) => told[document],
    behave: (document, misbehaviour) => {
      for (const response of waiting.get(document) ?? []) response.destroy();
      waiting.delete(document);
      if (misbehaviour === undefined) misbehaviours.delete(document);
      else misbehaviours.set(document, misbehaviour);
    },
    introspection: new Map(),
    questions: [],
    elsewhere: `${base}/elsewhere`,
    onExchange: undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  const usual = async (
    document: Document | undefined,
    request: IncomingMessage,
    body: string,
  ): Promise<Exclude<Misbehaviour, 'silent'>> => {
    if (document === 'metadata') return json(metadata);
    if (document === 'keys' || document === 'elsewhere') return json({ keys: keys.published });
    if (document === 'introspection') return introspectionAnswer(played, { headers: request.headers, body });
    return { status: 404, body: '{}' };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
    const document = documents.get((request.url ?? '/').split('?', 1)[0] ?? '/');
    if (document !== undefined) counts[document] += 1;
    const misbehaviour = document && misbehaviours.get(document);
    if (document !== undefined && misbehaviour === undefined) told[document] += 1;
    // Asked even where it misbehaves: who asked, and how, is what a check looks at.
    const right = await usual(document, request, body);
    const exchange: Exchange = { direction: 'received', startedAt: Date.now(), request: messageOf(request, `${base}${request.url}`, body) };
    played.onExchange?.(exchange);
    if (document !== undefined && misbehaviour === 'silent') {
      waiting.set(document, (waiting.get(document) ?? new Set()).add(response));
      return;
    }
    const {
      status,
      type = 'application/json',
      body: text,
    } = misbehaviour === undefined || misbehaviour === 'silent' ? right : misbehaviour;
    exchange.response = { status, headers: [['content-type', type]], body: text };
    response.writeHead(status, { 'content-type': type }).end(text);
  };
  return played;
}

const json = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });

function messageOf({ method = 'GET', headers }: IncomingMessage, url: string, body: string): Exchange['request'] {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return { method, url, headers: pairs, ...(body !== '' && { body }) };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) if (text.length < MAXIMUM_BODY) text += String(chunk);
  return text;
}
