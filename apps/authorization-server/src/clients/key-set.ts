import { type ClientKey, clientKey, clientKeySet } from '@rolecall/contracts/client-keys';

/** Members that only the key's owner may know (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Does it hold a key that is not public? Everybody could sign with that one from now on. */
export function holdsPrivateKey(jwks: unknown): boolean {
  const { data } = clientKeySet.safeParse(jwks);
  return data?.keys.some(isPrivate) ?? false;
}

/** The keys of a JWK Set that assertions can be verified with. Others are passed over (RFC 7517 §5). None where it is no JWK Set. */
export function verificationKeys(jwks: unknown): ClientKey[] {
  const { data } = clientKeySet.safeParse(jwks);
  return (data?.keys ?? []).flatMap((key) => {
    const known = isPrivate(key) ? undefined : clientKey.safeParse(key).data;
    return known === undefined ? [] : [known];
  });
}

function isPrivate(key: object): boolean {
  return PRIVATE_MEMBERS.some((member) => member in key);
}
