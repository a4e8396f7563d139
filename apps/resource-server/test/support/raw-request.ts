import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Sends requests line by line over one connection, as no HTTP client would let one, and reads until the server closes it.
 * Each request is its lines without a Host header; the last one has to ask for the end of the connection, which a single one does by default.
 */
export async function rawRequest(url: string, ...requests: string[][]): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const single = requests.length === 1 ? ['Connection: close'] : [];
  socket.write(requests.map((lines) => [...lines, `Host: ${host}`, ...single, '', ''].join('\r\n')).join(''));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: Number(text.split(' ')[1]), text };
}
