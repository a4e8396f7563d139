/** What nobody can see from outside, and why. */
export const unseen: Readonly<Record<string, string>> = {
  'C-TOK-05': 'whether a client notices is seen in the words of its pages alone, which no standard settles',
  'C-TOK-09': 'the device grant begins on a device, and not at an address that can be opened',
  'C-TOK-11': 'no browser has a part in this: there is nothing to begin it with from outside',
  'C-TOK-12': 'a client gets tokens for itself when it wants: there is nothing to begin it with from outside',
  'C-BFF-04': 'which addresses an application passes on is its own matter: nothing announces them',
  'C-BFF-05': 'a client in a browser alone is scripts, and this browser runs none',
  'C-BFF-06': 'windows talk to each other by scripts, and this browser runs none',
};
