import type { Role } from '@rolecall/lab/exchange';
import type { Arrow } from '../arrow.ts';

/** What a request is, and the rule that it follows. */
export interface Meaning {
  title: string;
  rule: Rule;
}

/** A place in a standard. */
export interface Rule {
  name: string;
  url: string;
}

/** A section of an RFC. */
export function rfc(number: number, section: string): Rule {
  return { name: `RFC ${number} §${section}`, url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}` };
}

interface Kind extends Meaning {
  to: Role;
  /** The end of its path, or a part of it. */
  path: RegExp;
  method?: string;
}

const httpRule: Rule = { name: 'RFC 9110 §9', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9' };
const bearerRule = rfc(6750, '2.1');

/** The first that fits counts. */
const KINDS: readonly Kind[] = [
  { to: 'authorization-server', path: /\/\.well-known\/o/, title: 'Metadata of the authorization server', rule: rfc(8414, '3') },
  { to: 'authorization-server', path: /\/jwks$/, title: 'Public keys', rule: rfc(7517, '5') },
  { to: 'authorization-server', path: /\/token$/, title: 'Token request', rule: rfc(6749, '3.2') },
  { to: 'authorization-server', path: /\/introspect$/, title: 'Introspection', rule: rfc(7662, '2.1') },
  { to: 'authorization-server', path: /\/revocations$/, title: 'Feed of revocations', rule: rfc(7009, '2') },
  { to: 'authorization-server', path: /\/revoke$/, title: 'Revocation', rule: rfc(7009, '2.1') },
  { to: 'authorization-server', path: /\/register/, title: 'Client registration', rule: rfc(7591, '3') },
  { to: 'authorization-server', path: /\/(par|request)$/, title: 'Pushed authorization request', rule: rfc(9126, '2') },
  { to: 'authorization-server', path: /\/device/, title: 'Device authorization', rule: rfc(8628, '3.1') },
  { to: 'authorization-server', path: /\/(authorize|auth)$/, title: 'Authorization request', rule: rfc(6749, '4.1.1') },
  { to: 'authorization-server', path: /\/(authorize|auth)\//, title: 'Back to the authorization request', rule: rfc(6749, '4.1.2') },
  { to: 'authorization-server', path: /\/login$/, method: 'POST', title: 'The user logs in', rule: rfc(6749, '3.1') },
  { to: 'authorization-server', path: /\/login$/, title: 'Login page', rule: rfc(6749, '3.1') },
  { to: 'authorization-server', path: /\/consent$/, method: 'POST', title: 'The user decides', rule: rfc(6749, '4.1.1') },
  { to: 'authorization-server', path: /\/consent$/, title: 'Consent page', rule: rfc(6749, '4.1.1') },
  { to: 'resource-server', path: /\/\.well-known\/oauth-protected-resource/, title: 'Metadata of the API', rule: rfc(9728, '3') },
  { to: 'resource-server', path: /./, title: 'Call of the API', rule: bearerRule },
  { to: 'client', path: /\/callback$/, title: 'Authorization response', rule: rfc(6749, '4.1.2') },
];

const GRANTS: Record<string, Meaning> = {
  authorization_code: { title: 'Token request: the code', rule: rfc(6749, '4.1.3') },
  refresh_token: { title: 'Token request: refresh', rule: rfc(6749, '6') },
  client_credentials: { title: 'Token request: the client itself', rule: rfc(6749, '4.4.2') },
  'urn:ietf:params:oauth:grant-type:device_code': { title: 'Token request: device', rule: rfc(8628, '3.4') },
};

/** What a request is for, in the words of the standard, and where it is written. */
export function meaningOf({ to, request }: Pick<Arrow, 'to' | 'request'>): Meaning {
  const { pathname } = new URL(request.url);
  const grant = /\/token$/.test(pathname) ? new URLSearchParams(request.body ?? '').get('grant_type') : null;
  const ofGrant = grant === null ? undefined : GRANTS[grant];
  if (ofGrant !== undefined) return ofGrant;
  const kind = KINDS.find(
    (each) => each.to === to && each.path.test(pathname) && (each.method === undefined || each.method === request.method),
  );
  return kind ?? { title: `${request.method} ${pathname}`, rule: httpRule };
}
