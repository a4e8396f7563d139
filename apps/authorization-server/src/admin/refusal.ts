/** A request that is understood and cannot be carried out. */
export class Refusal extends Error {
  readonly statusCode: 404 | 409;
  readonly code: 'not_found' | 'conflict';

  constructor(code: 'not_found' | 'conflict', description: string) {
    super(description);
    this.name = 'Refusal';
    this.code = code;
    this.statusCode = code === 'not_found' ? 404 : 409;
  }
}

export const notFound = (what: string): Refusal => new Refusal('not_found', `There is no such ${what}.`);
export const conflict = (description: string): Refusal => new Refusal('conflict', description);
