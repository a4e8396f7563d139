/** The two services that this client talks to. */
export type Peer = 'authorization server' | 'API';

/** A peer that does not answer, or answers what cannot be used. The user is told which one it was, never why: the message is for the log. */
export class PeerError extends Error {
  readonly peer: Peer;
  readonly statusCode: number = 503;

  constructor(peer: Peer, message: string, options?: { cause?: unknown }) {
    super(`${peer}: ${message}`, options);
    this.name = 'PeerError';
    this.peer = peer;
  }

  /**
   * Wraps whatever a request to a peer failed with. Only the messages of the error and its causes are kept: the errors of the protocol library
   * carry whole answers, tokens included. What JSON.parse says is left out too: it quotes the text that it could not read.
   */
  static from(peer: Peer, error: unknown): PeerError {
    return error instanceof PeerError ? error : new PeerError(peer, messagesOf(error));
  }
}

function messagesOf(error: unknown): string {
  const messages: string[] = [];
  for (let current = error; current instanceof Error && messages.length < 3; current = current.cause)
    if (!(current instanceof SyntaxError)) messages.push(current.message);
  return messages.join(': ');
}
