/**
 * What ends a line or cannot be seen: control characters, halves of surrogate pairs, what turns the direction of the text around it, blanks without width.
 * Joiners and the selectors of a character's look are seen by their effect, but only after what they can have one on.
 */
const NOT_TO_BE_SEEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}[\p{Default_Ignorable_Code_Point}--[\ufe0e-\ufe0f\u200c-\u200d]]]|(?<![[\p{L}\p{M}\p{Emoji}]--[\p{ASCII}\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}]])[\ufe0e-\ufe0f\u200c-\u200d]/v;

/** Is it one line of text that shows to people as what it is? A name that could look like another name is not. */
export function isPlainText(text: string): boolean {
  return text.trim() !== '' && !NOT_TO_BE_SEEN.test(text);
}
