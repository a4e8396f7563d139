import { isLoopback } from '@rolecall/service-kit/config';

/** True for https, and for plain http on this machine only (RFC 9700 §2.6): nothing else may carry a code, a token or a secret. */
export function isSecureAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(address));
}
