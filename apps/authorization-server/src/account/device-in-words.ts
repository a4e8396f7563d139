import Bowser from 'bowser';

/** What a browser says of itself, in words that a person recognises. It may say anything. */
export function deviceInWords(userAgent: string | undefined): string {
  const { browser, os } = Bowser.parse(userAgent || 'unknown');
  if (!browser.name) return 'A program or browser without a name';
  return os.name ? `${browser.name} on ${os.name}` : browser.name;
}
