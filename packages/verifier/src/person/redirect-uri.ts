/** Whether an address is a redirect URI, whatever was added to its query or fragment. */
export function isAt(url: URL, redirectUri: string): boolean {
  const expected = new URL(redirectUri);
  return url.host === expected.host && url.protocol === expected.protocol && url.pathname === expected.pathname;
}
