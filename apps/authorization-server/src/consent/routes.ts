import { queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { whoIsLoggedIn } from '../authorize/logged-in.ts';
import type { PendingRequest, PendingRequests } from '../authorize/pending-requests.ts';
import { displayTarget, formTargets } from '../authorize/redirect-uri.ts';
import { PageError } from '../page-error.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { Client, ClientStore, ConsentStore, ResourceStore, UserStore } from '../stores/types.ts';
import { type ConsentView, consentPage } from './view.ts';

export interface ConsentOptions {
  basePath: string;
  users: UserStore;
  clients: ClientStore;
  resources: ResourceStore;
  consents: ConsentStore;
  pendingRequests: PendingRequests;
}

/** `GET` and `POST /consent`: does the resource owner agree? Comes from an authorization request and goes back to it. */
export function registerConsentRoutes(app: FastifyInstance, options: ConsentOptions): void {
  const { basePath, clients, consents, pendingRequests } = options;
  const config = { errors: 'page' } as const;
  const backTo = (reply: FastifyReply, id: string) =>
    reply.header('cache-control', 'no-store').redirect(`${basePath}/authorize/${id}`, 303);

  app.get('/consent', { config }, async (request, reply) => {
    const id = parameter(queryParameters(request.url), 'request') ?? '';
    const pending = await pendingRequests.get(id, request.session.browser);
    const [client, user] = await Promise.all([clients.find(pending.request.clientId), whoIsLoggedIn(request, options.users)]);
    // Logged out meanwhile, or gone: what comes first then is decided in one place.
    if (client === undefined || user === undefined) return backTo(reply, id);
    const page = consentPage({
      action: `${basePath}/consent`,
      csrfToken: reply.generateCsrf(),
      requestId: id,
      clientName: client.name,
      verified: client.verified,
      userName: user.name,
      target: displayTarget(pending.request.redirectUri),
      resources: await describe(pending, user.userId, client),
    });
    return reply.page(page, { formTargets: formTargets(pending.request.redirectUri) });
  });

  app.post('/consent', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const id = parameter(form, 'request') ?? '';
    const pending = await pendingRequests.get(id, request.session.browser);
    const userId = (await whoIsLoggedIn(request, options.users))?.userId;
    if (userId === undefined) return backTo(reply, id);
    const decision = parameter(form, 'decision');
    if (decision !== 'approve' && decision !== 'deny') throw new PageError('Nothing was decided', 'Choose either Allow or Deny.');

    const approved = decision === 'approve';
    // First: a request that was answered meanwhile must leave nothing behind.
    await pendingRequests.decide(id, pending, { userId, approved });
    if (approved)
      for (const target of pending.request.targets)
        await consents.decide(userId, pending.request.clientId, target.resource, { agreed: target.scopes, refused: [] });
    request.log.info({ client: pending.request.clientId, user: userId, approved }, 'consent decided');
    return backTo(reply, id);
  });

  async function describe(pending: PendingRequest, userId: string, client: Client): Promise<ConsentView['resources']> {
    const [all, agreed] = await Promise.all([options.resources.list(), consents.find(userId, client.id)]);
    return pending.request.targets.map(({ resource: identifier, scopes }) => {
      const resource = all.find((each) => each.identifier === identifier);
      return {
        identifier,
        name: resource?.name ?? identifier,
        scopes: (resource?.scopes ?? [])
          .filter((scope) => scopes.includes(scope.name))
          .map((scope) => ({ ...scope, isNew: agreed.get(identifier)?.agreed.has(scope.name) !== true })),
      };
    });
  }
}
