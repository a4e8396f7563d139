import type { Parameters } from '@rolecall/service-kit/parameters';
import type { Target } from '../authorize/authorization-request.ts';
import { PageError } from '../page-error.ts';

/** The name of the checkbox for one scope at one resource: neither has a space. */
export function checkboxName(resource: string, scope: string): string {
  return `allow ${resource} ${scope}`;
}

/**
 * What was ticked, of what was asked for.
 *
 * @throws PageError when something else was.
 */
export function tickedTargets(targets: readonly Target[], form: Parameters): Target[] {
  const asked = new Set(targets.flatMap(({ resource, scopes }) => scopes.map((scope) => checkboxName(resource, scope))));
  const ticked = Object.keys(form).filter((name) => name.startsWith('allow '));
  if (!ticked.every((name) => asked.has(name)))
    throw new PageError('This form does not fit', 'It allows something that was not asked for. Go back, reload the page and try again.');
  return targets
    .map(({ resource, scopes }) => ({ resource, scopes: scopes.filter((scope) => ticked.includes(checkboxName(resource, scope))) }))
    .filter(({ scopes }) => scopes.length > 0);
}
