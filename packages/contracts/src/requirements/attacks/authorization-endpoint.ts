import { json, nothing, page, redirect } from '../outcome.ts';
import { topic } from './attack.ts';

export const authorizationEndpoint = topic('The authorization endpoint', [
  {
    id: 'SEC-08',
    attack: 'Redirect URIs that look like the registered one: case, slash, port, encoding, user info, backslash, other alphabets',
    result: 'an error page, and nobody is sent anywhere',
    expected: [page()],
    seenIn: ['ASVS 10.4.1'],
  },
  {
    id: 'SEC-09',
    attack: 'A loopback redirect URI that differs in more than its port',
    result: 'an error page',
    expected: [page()],
    seenIn: [],
  },
  {
    id: 'SEC-10',
    attack: 'Registering a redirect URI with `javascript:`, `data:` or `file:`',
    result: 'it is refused',
    expected: [json(400, 'invalid_redirect_uri')],
    seenIn: [],
  },
  {
    id: 'SEC-11',
    attack: 'A place to return to, at login or logout, that begins with `//` or `/\\`',
    result: 'nobody is sent there',
    expected: [page()],
    seenIn: ['CVE-2024-39694'],
  },
  {
    id: 'SEC-12',
    attack: 'Another redirect URI at the token endpoint than in the request',
    result: 'it is refused',
    expected: [json(400, 'invalid_grant')],
    seenIn: [],
  },
  {
    id: 'SEC-13',
    attack: 'A request without a PKCE challenge',
    result: 'it is refused',
    expected: [redirect('invalid_request')],
    seenIn: ['ASVS 10.4.6'],
  },
  {
    id: 'SEC-14',
    attack: 'A challenge that is `plain` or malformed',
    result: 'it is refused',
    expected: [redirect('invalid_request')],
    seenIn: [],
  },
  {
    id: 'SEC-15',
    attack: 'A verifier that no challenge belongs to, and a challenge that no verifier comes for',
    result: 'it is refused',
    expected: [json(400, 'invalid_request'), json(400, 'invalid_grant')],
    seenIn: [],
  },
  {
    id: 'SEC-16',
    attack: 'Implicit and hybrid response types and modes off the list, also after the flow was begun anew',
    result: 'they are refused',
    expected: [redirect('unsupported_response_type'), redirect('invalid_request')],
    seenIn: ['CVE-2026-7571'],
  },
  {
    id: 'SEC-17',
    attack: 'The same parameter twice, with different values',
    result: 'it is refused',
    expected: [json(400, 'invalid_request'), redirect('invalid_request'), page()],
    seenIn: ['CVE-2026-9689'],
  },
  {
    id: 'SEC-18',
    attack: 'A second authorization server answers in place of the first',
    result: 'every response names its issuer, and a client that meets another one stops',
    expected: [redirect(), nothing()],
    seenIn: [],
  },
]);
