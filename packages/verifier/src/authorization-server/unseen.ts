/** What nobody can see from outside, and why. */
export const unseen: Readonly<Record<string, string>> = {};
