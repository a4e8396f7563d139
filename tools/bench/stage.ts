import { createHash } from 'node:crypto';

/** A confidential client. */
export interface StageClient {
  id: string;
  secret: string;
}

/** Who and what all servers know: the same clients, users and resources, so that they are asked the same things. */
export interface Stage {
  issuer: string;
  /** Applications with users: the code grant and refresh tokens. The user at the same place has agreed to each. */
  webClients: readonly StageClient[];
  /** Programs that act for themselves. */
  serviceClients: readonly StageClient[];
  /** They introspect. */
  resourceServers: readonly StageClient[];
  /** The ids (`sub`) of the users. */
  users: readonly string[];
}

/** A server that is compared, ready to be asked. */
export interface Target {
  /** `bare` is a plain server that leaves out all that can be left out. */
  name: 'ours' | 'peer' | 'bare';
  /** Where it listens. */
  origin: string;
  pid: number;
  /** For each web client, the `Cookie` of a browser in which the user who has agreed to it is logged in. */
  cookies: readonly string[];
  /** Sends the process a message and answers its reply. */
  ask(message: string): Promise<unknown>;
  /** Ends the process. */
  stop(): Promise<void>;
}

export const SCOPE = 'notes:read notes:write';

/** A resource for each kind of access token. */
export const resources = {
  es256: 'https://api.example/es256',
  rs256: 'https://api.example/rs256',
  opaque: 'https://api.example/opaque',
} as const;

export const REDIRECT_URI = 'https://client.example/callback';

/** One verifier for all requests: what it costs to check it does not depend on its value. */
export const CODE_VERIFIER = 'a-code-verifier-that-is-long-enough-to-be-one-000';
export const CODE_CHALLENGE = createHash('sha256').update(CODE_VERIFIER).digest('base64url');

const CLIENTS = 100;

/** The same stage every time: these secrets guard nothing, the servers live as long as the run. */
export function createStage(): Stage {
  const numbers = Array.from({ length: CLIENTS }, (_, index) => index);
  const client = (kind: string, index: number): StageClient => ({
    id: `${kind}-${index}`,
    secret: createHash('sha256').update(`${kind} ${index}`).digest('base64url'),
  });
  return {
    // Ours and the peer run as in production, behind a proxy that ends TLS.
    issuer: 'https://authorization-server.example',
    webClients: numbers.map((index) => client('web', index)),
    serviceClients: numbers.map((index) => client('service', index)),
    resourceServers: numbers.map((index) => client('resource-server', index)),
    users: numbers.map((index) => `usr_${index}`),
  };
}

/** What the proxy in front of the servers adds to every request. Callers have many addresses. */
export function proxyHeaders(index: number): Record<string, string> {
  return { 'x-forwarded-proto': 'https', 'x-forwarded-for': `198.18.${(index >> 8) & 255}.${index & 255}` };
}
