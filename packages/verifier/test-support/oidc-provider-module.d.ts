/** oidc-provider comes without types: what is used of it here. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export const errors: { InvalidTarget: new () => Error; InvalidAuthorizationDetails: new () => Error };

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    on(event: string, listener: (context: unknown, error: Error) => void): this;
  }

  export default Provider;
}
