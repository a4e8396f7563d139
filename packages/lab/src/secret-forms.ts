/**
 * How a secret may be written in a message: as it is, in an address or a form, in JSON, in a page, in base64 (also in the midst of something else) and in
 * hexadecimal digits, and each of these once more in JSON or in an address. The longest come first.
 */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const characters = [...secret];
  const hexadecimal = bytes.toString('hex');
  const octets = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const byNumber = (text: string, which: RegExp): string[] => {
    const escaped = text.replace(which, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return [escaped, escaped.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)];
  };
  const forms = [
    secret,
    ...withBothCases(encodeURIComponent(secret.toWellFormed())),
    ...withBothCases(new URLSearchParams({ '': secret }).toString().slice(1)),
    ...withBothCases(
      encodeURIComponent(secret.toWellFormed()).replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`),
    ),
    ...withBothCases(octets.map((octet) => `%${octet.toUpperCase()}`).join('')),
    inJson(secret),
    inJson(secret).replaceAll('/', '\\/'),
    // Some write by number what HTML might take for its own, some other alphabets, some everything but letters, some everything.
    ...[/[<>&'"+/]/g, /[^\w]/g, /[^A-Za-z0-9]/g, /[^]/g].flatMap((which) => byNumber(secret, which)),
    ...[/[^\x20-\x7e]/g, /[^\x20-\x7e]|[<>&']/g].flatMap((which) => [
      ...byNumber(inJson(secret), which),
      ...byNumber(inJson(secret).replaceAll('/', '\\/'), which),
    ]),
    characters.map((character) => ENTITIES[character] ?? character).join(''),
    characters.map((character) => NUMBERED[character] ?? character).join(''),
    ...base64Forms(bytes),
    hexadecimal,
    hexadecimal.toUpperCase(),
  ];
  const wrapped = forms.flatMap((form) => [inJson(form), inJson(inJson(form)), ...withBothCases(encodeURIComponent(form.toWellFormed()))]);
  return [...new Set([...forms, ...wrapped])].sort((a, b) => b.length - a.length);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const NUMBERED: Readonly<Record<string, string>> = { '&': '&#38;', '<': '&#60;', '>': '&#62;', '"': '&#34;', "'": '&#x27;' };

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** `%2B` and `%2b`. */
const withBothCases = (encoded: string): string[] => [encoded, encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())];

/** By itself, and what is always the same of it where something stands before and behind: base64 writes three bytes in four characters. */
function base64Forms(bytes: Buffer): string[] {
  const within = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const mixedBefore = [0, 2, 3][before] ?? 0;
    const mixedBehind = [0, 3, 2][(before + bytes.length) % 3] ?? 0;
    return encoded.slice(mixedBefore, encoded.length - mixedBehind);
  });
  return [bytes.toString('base64'), ...within]
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_'), ...withBothCases(encodeURIComponent(form))])
    .filter((form) => form.length >= SHORTEST_ENCODED);
}

/** Less than that stands in any text. */
const SHORTEST_ENCODED = 5;
