/** oidc-provider comes without types: what is used of it here. */
declare module 'oidc-provider' {
  import type { RequestListener, Server } from 'node:http';

  export interface AdapterPayload {
    grantId?: string;
    userCode?: string;
    uid?: string;
    [name: string]: unknown;
  }

  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  interface Grant {
    addResourceScope(resource: string, scope: string): void;
    save(ttl: number): Promise<string>;
  }

  interface Session {
    id: string;
    authorizations: Record<string, { sid: string; grantId: string }>;
    save(ttl: number): Promise<string>;
  }

  export const errors: { InvalidTarget: new () => Error; InvalidAuthorizationDetails: new () => Error };

  export class Provider {
    constructor(issuer: string, configuration: object);
    /** Believe `X-Forwarded-*`. */
    proxy: boolean;
    Grant: new (content: { accountId: string; clientId: string }) => Grant;
    Session: new (content: { accountId: string; loginTs: number }) => Session;
    on(event: string, listener: (context: unknown, error: Error) => void): this;
    callback(): RequestListener;
    listen(port: number, host: string, onListening: () => void): Server;
  }

  export default Provider;
}
