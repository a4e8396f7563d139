import type { Page } from 'playwright-core';

/** What a person does on the pages, in the words that the pages have. */

/** Follows the client's link to the authorization server. */
export async function connect(page: Page, client: string): Promise<void> {
  await page.goto(client);
  await page.getByRole('link', { name: 'Connect to your notes' }).click();
}

export async function logIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

export async function decide(page: Page, decision: 'Allow' | 'Deny'): Promise<void> {
  await page.getByRole('button', { name: decision, exact: true }).click();
}

export async function addNote(page: Page, title: string, text = ''): Promise<void> {
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Text').fill(text);
  await page.getByRole('button', { name: 'Add the note' }).click();
}

/** The titles of the notes on the page. */
export function noteTitles(page: Page): Promise<string[]> {
  return page.locator('main li h2').allTextContents();
}
