import { queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Target } from '../authorize/authorization-request.ts';
import { whoIsLoggedIn } from '../authorize/logged-in.ts';
import type { PendingRequest, PendingRequests } from '../authorize/pending-requests.ts';
import { displayTarget, formTargets } from '../authorize/redirect-uri.ts';
import { PageError } from '../page-error.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { Client, ClientStore, ConsentStore, ResourceStore, UserStore } from '../stores/types.ts';
import { tickedTargets } from './decision.ts';
import { type ConsentView, consentPage } from './view.ts';

export interface ConsentOptions {
  basePath: string;
  users: UserStore;
  clients: ClientStore;
  resources: ResourceStore;
  consents: ConsentStore;
  pendingRequests: PendingRequests;
  audit: AuditLog;
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
    return show(reply, id, pending, client, user);
  });

  app.post('/consent', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const id = parameter(form, 'request') ?? '';
    const pending = await pendingRequests.get(id, request.session.browser);
    const [client, user] = await Promise.all([clients.find(pending.request.clientId), whoIsLoggedIn(request, options.users)]);
    if (client === undefined || user === undefined) return backTo(reply, id);
    const decision = parameter(form, 'decision');
    if (decision !== 'approve' && decision !== 'deny') throw new PageError('Nothing was decided', 'Choose either Allow or Deny.');

    const agreed = decision === 'approve' ? tickedTargets(pending.request.targets, form) : [];
    if (decision === 'approve' && agreed.length === 0)
      return show(reply, id, pending, client, user, 'Choose at least one thing that you allow, or Deny.');
    // First: a request that was answered meanwhile must leave nothing behind.
    await pendingRequests.decide(id, pending, { userId: user.userId, agreed });
    if (decision === 'approve') await remember(request, user.userId, pending, agreed);
    else options.audit.record(request, { type: 'consent_refused', clientId: client.id, userId: user.userId });
    return backTo(reply, id);
  });

  /** Deny is an answer to this request alone. What was left out of an approval is kept: the next request need not ask for it again. */
  async function remember(request: FastifyRequest, userId: string, pending: PendingRequest, agreed: readonly Target[]): Promise<void> {
    const { clientId, targets } = pending.request;
    const all: { agreed: string[]; refused: string[] } = { agreed: [], refused: [] };
    for (const { resource, scopes } of targets) {
      const ticked = agreed.find((target) => target.resource === resource)?.scopes ?? [];
      const decision = { agreed: ticked, refused: scopes.filter((scope) => !ticked.includes(scope)) };
      await consents.decide(userId, clientId, resource, decision);
      all.agreed.push(...decision.agreed);
      all.refused.push(...decision.refused);
    }
    options.audit.record(request, { type: 'consent_given', clientId, userId, scopes: all.agreed, refused: all.refused });
  }

  async function show(
    reply: FastifyReply,
    id: string,
    pending: PendingRequest,
    client: Client,
    user: { userId: string; name: string },
    problem?: string,
  ): Promise<FastifyReply> {
    const page = consentPage({
      action: `${basePath}/consent`,
      csrfToken: reply.generateCsrf(),
      requestId: id,
      clientName: client.name,
      verified: client.verified,
      userName: user.name,
      otherLogin: `${basePath}/login?request=${id}`,
      account: `${basePath}/account`,
      target: displayTarget(pending.request.redirectUri),
      resources: await describe(pending, user.userId, client),
      ...(problem !== undefined && { problem }),
    });
    return reply.page(page, { status: problem === undefined ? 200 : 400, formTargets: formTargets(pending.request.redirectUri) });
  }

  async function describe(pending: PendingRequest, userId: string, client: Client): Promise<ConsentView['resources']> {
    const [all, consented] = await Promise.all([options.resources.list(), consents.find(userId, client.id)]);
    return pending.request.targets.map(({ resource: identifier, scopes }) => {
      const resource = all.find((each) => each.identifier === identifier);
      const before = consented.get(identifier);
      return {
        identifier,
        name: resource?.name ?? identifier,
        scopes: scopes.map((name) => ({
          name,
          description: resource?.scopes.find((scope) => scope.name === name)?.description ?? name,
          ...(before?.agreed.has(name) && { before: 'allowed' as const }),
          ...(before?.refused.has(name) && { before: 'refused' as const }),
        })),
      };
    });
  }
}
