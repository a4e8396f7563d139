import { validate } from '@rolecall/service-kit/validate';
import { adminResource, namesAdministration } from './admin-resource.ts';
import type { Administration } from './administration.ts';
import { identifier } from './fields.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery, readPage } from './paging.ts';
import { conflict, notFound } from './refusal.ts';
import { resourceContent, resourceDocument, resourceIdentifier, toResource, toResourceDocument } from './resource-document.ts';

const resourcePage = pageOf(resourceDocument).meta({ id: 'ResourcePage' });

/** The protected resources. In a path an identifier is percent-encoded, its slashes too. */
export function resourceOperations({ stores: { resources }, issuer, audit }: Administration) {
  const refuse = (): never => {
    throw conflict('The server looks after the resource of its administration itself.');
  };

  return [
    operation({
      method: 'GET',
      path: '/resources',
      scopes: ['admin:read', 'admin:resources'],
      summary: 'List resources',
      description: 'In the order of their identifiers.',
      query: pageQuery(identifier),
      answer: resourcePage,
      handle: async ({ query }) => {
        const all = (await resources.list()).toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1));
        const { cursor = '' } = query;
        return readPage(query, async (limit) => all.filter(({ identifier }) => identifier > cursor).slice(0, limit), {
          positionOf: ({ identifier }) => identifier,
          represent: toResourceDocument,
        });
      },
    }),
    operation({
      method: 'GET',
      path: '/resources/{identifier}',
      scopes: ['admin:read', 'admin:resources'],
      summary: 'Show a resource',
      answer: resourceDocument,
      handle: async ({ path }) => {
        const resource = (await resources.list()).find(({ identifier }) => identifier === path['identifier']);
        if (resource === undefined) throw notFound('resource');
        return toResourceDocument(resource);
      },
    }),
    operation({
      method: 'PUT',
      path: '/resources/{identifier}',
      scopes: ['admin:resources'],
      summary: 'Add or replace a resource',
      description: 'What is not named is as it is by default, not as it was.',
      body: resourceContent,
      answer: resourceDocument,
      handle: async ({ path, body, administrator, request }) => {
        const identifier = validate(resourceIdentifier, path['identifier'], 'The identifier is not valid.');
        if (namesAdministration(identifier, issuer)) refuse();
        const resource = toResource(identifier, body);
        await resources.save(resource);
        audit.record(request, { type: 'resource_changed', resource: identifier, administrator: administrator.clientId });
        return toResourceDocument(resource);
      },
    }),
    operation({
      method: 'DELETE',
      path: '/resources/{identifier}',
      scopes: ['admin:resources'],
      summary: 'Remove a resource',
      description:
        'No token is issued for it any more, and what users have allowed there is gone for good. A JWT that it checks by itself is good until it expires.',
      handle: async ({ path, administrator, request }) => {
        const identifier = path['identifier'] ?? '';
        if (identifier === adminResource(issuer).identifier) refuse();
        if (!(await resources.remove(identifier))) throw notFound('resource');
        audit.record(request, { type: 'resource_removed', resource: identifier, administrator: administrator.clientId });
      },
    }),
  ];
}
