import type { Page } from '@rolecall/bare-browser';
import type { HTMLElement } from 'node-html-parser';

/** What leads from a page of the client to the authorization server: what the selector names, a link or form that goes there, or the first form with a button. */
export function wayToSignIn(page: Page, issuer: string, selector: string | undefined): HTMLElement | undefined {
  if (selector !== undefined) return page.document.querySelector(selector) ?? undefined;
  return wayToIssuer(page, issuer) ?? page.document.querySelectorAll('form').find((form) => form.querySelector(BUTTON) !== null);
}

const BUTTON = 'button, input[type=submit], input[type=image]';

/** A link or form of a page that goes to the issuer. */
export function wayToIssuer(page: Page, issuer: string): HTMLElement | undefined {
  const { origin } = new URL(issuer);
  const leads = (address: string | undefined): boolean =>
    address !== undefined && URL.canParse(address, page.url) && new URL(address, page.url).origin === origin;
  return (
    page.document.querySelectorAll('a').find((link) => leads(link.getAttribute('href'))) ??
    page.document.querySelectorAll('form').find((form) => leads(form.getAttribute('action')))
  );
}
