/** What nobody can see from outside, and why. */
export const unseen: Readonly<Record<string, string>> = {
  'RS-TOK-13': 'what it sends to other APIs, and with which token, is not seen from outside',
};
