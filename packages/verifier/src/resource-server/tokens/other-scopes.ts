/** Scopes that do not allow what a scope does, however like it they look. @param needed with spaces between several. */
export function otherScopes(needed: string): (string | undefined)[] {
  const [first = ''] = needed.split(' ');
  const alike = [`${needed}only`, `${first}${first}`, `x${first}`, first.slice(0, -1), first.toUpperCase(), `${first},x`];
  const known = new Set(needed.split(' '));
  return [undefined, '', 'rolecall-verifier', ...alike.filter((each) => each !== '' && !each.split(' ').some((scope) => known.has(scope)))];
}
