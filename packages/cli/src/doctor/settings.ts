/** The roles, as `npm start --without` names them. */
export const ROLES = ['authorization-server', 'resource-server', 'sample-client'] as const;

export type Role = (typeof ROLES)[number];

/** What is looked at. Identifiers are as they were written: they are compared letter by letter. */
export interface Settings {
  issuer: string;
  resource: string;
  /** The client's base address. */
  client: string;
  redirectUri: string;
  /** Something that the API guards, and that a GET does no harm to. */
  api: string;
  /** The origin of an application in a browser that calls the other two. */
  origin: string;
  /** Whether somebody has said that there is such an application. */
  originAsked: boolean;
  /** Roles that are not there to be looked at. */
  without: ReadonlySet<Role>;
  /** A client that may ask for a token for itself. */
  credentials?: {
    id: string;
    secret: string;
    /** Whether somebody has named it: else it is the one that a development server is seeded with. */ asked: boolean;
  };
  /** The client whose redirect URI is tried, where its own pages do not say. */
  clientId?: string;
}

/** Where a role is. */
export function addressOf(role: Role, { issuer, resource, client }: Settings): string {
  return { 'authorization-server': issuer, 'resource-server': resource, 'sample-client': client }[role];
}

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(address).hostname);
}

/** Whether a secret may go there. */
export function isPrivate(address: string): boolean {
  return address.startsWith('https:') || isLoopback(address);
}
