/** In which way an identifier is not the one that was meant. Nearly always it is one of these. */
export function differenceOf(meant: string, other: string): string {
  if (`${meant}/` === other) return 'it has a slash at its end';
  if (meant === `${other}/`) return 'it lacks the slash at the end';
  if (!URL.canParse(other)) return 'it is no address';
  const [a, b] = [new URL(meant), new URL(other)];
  if (a.protocol !== b.protocol) return `it begins with ${b.protocol}// instead of ${a.protocol}//`;
  if (a.hostname !== b.hostname) return `its host is ${b.hostname}, not ${a.hostname}`;
  if (a.port !== b.port) return `its port is ${b.port || 'the usual one'}, not ${a.port || 'the usual one'}`;
  if (a.pathname !== b.pathname) return `its path is ${b.pathname}, not ${a.pathname}`;
  return 'it is written in another way';
}
