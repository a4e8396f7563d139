import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Sends a request line by line, as no HTTP client would let one, and reads what comes back until the server closes the connection.
 *
 * @param lines the request line and the header fields; `Host` and `Connection: close` are added.
 * @param body what follows them, as it is. It may well be less than was announced.
 */
export function rawRequest(url: string, lines: string[], body = ''): Promise<{ status: number; text: string }> {
  return rawConnection(url, head(url, [...lines, 'Connection: close']) + body);
}

/** Sends two requests over one connection, the second without waiting for the first one's answer. */
export function rawPipeline(url: string, first: string[], second: string[]): Promise<{ status: number; text: string }> {
  return rawConnection(url, head(url, first) + head(url, [...second, 'Connection: close']));
}

const head = (url: string, lines: string[]): string => [...lines, `Host: ${new URL(url).host}`, '', ''].join('\r\n');

async function rawConnection(url: string, text: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks).toString('utf8');
  return { status: Number(answer.split(' ')[1]), text: answer };
}
