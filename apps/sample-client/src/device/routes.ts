import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance } from 'fastify';
import { usableConnection } from '../access/access.ts';
import type { AccessStore } from '../access/access-store.ts';
import type { Peers } from '../discovery/peers.ts';
import { TokenRefusedError } from '../token/refused.ts';
import type { DeviceFlow } from './device-flow.ts';
import { endPage, notOfferedPage, startPage, waitingPage } from './view.ts';

export interface DeviceDependencies {
  peers: Peers;
  accesses: AccessStore;
  deviceFlow: DeviceFlow;
  clock: Clock;
}

/**
 * Adds the pages of a device without keyboard (`GET /device`, `POST /device`, `POST /device/cancel`). The page that waits loads itself again, and each time
 * this client asks the authorization server, if it is time for that: nothing is asked for a browser that is not there any more.
 */
export function registerDevice(app: FastifyInstance, { peers, accesses, deviceFlow, clock }: DeviceDependencies): void {
  app.get('/device', { exposeHeadRoute: false }, async (request, reply) => {
    if ((await usableConnection(request.session, peers)) !== undefined) return reply.redirect('/notes', 303);
    const { device } = request.session;
    const asked = device === undefined ? undefined : await deviceFlow.ask(device);
    if (asked === undefined) {
      const issuer = await peers.issuer();
      return reply.page(
        (await deviceFlow.isOffered()) ? startPage({ issuer, csrfToken: reply.generateCsrf() }) : notOfferedPage({ issuer }),
      );
    }
    if ('access' in asked) {
      // A session id that somebody planted before is worth nothing after it.
      await request.session.regenerate();
      request.session.connection = await accesses.add(asked.access);
      request.log.info('the user has decided on another device');
      return reply.redirect('/notes', 303);
    }
    const { pending } = asked;
    if (pending.end !== undefined) return reply.page(endPage({ end: pending.end, csrfToken: reply.generateCsrf() }));
    reply.header('refresh', `${Math.max(1, Math.ceil((pending.askAt - clock.now()) / 1000))}; url=/device`);
    return reply.page(waitingPage({ pending, csrfToken: reply.generateCsrf() }));
  });

  app.post('/device', { preHandler: app.csrfProtection }, async (request, reply) => {
    if (!(await deviceFlow.isOffered())) return reply.redirect('/device', 303);
    try {
      request.session.device = await deviceFlow.start();
    } catch (error) {
      if (!(error instanceof TokenRefusedError)) throw error;
      request.log.info({ refusal: error.refusal.error }, 'no device authorization');
      return reply.page(endPage({ end: { kind: 'refused', refusal: error.refusal }, csrfToken: reply.generateCsrf() }), { status: 502 });
    }
    return reply.redirect('/device', 303);
  });

  app.post('/device/cancel', { preHandler: app.csrfProtection }, async (request, reply) => {
    const { device } = request.session;
    delete request.session.device;
    if (device !== undefined) await deviceFlow.drop(device);
    return reply.redirect('/', 303);
  });
}
