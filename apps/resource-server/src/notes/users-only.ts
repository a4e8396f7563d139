import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Refuses a client that acts for itself and not for a user (RFC 9068 §5, RFC 9700 §4.15): with client credentials the subject is the client.
 * There is no error code for it in RFC 6750, and no other scope would help: a 403 without a challenge.
 */
export async function usersOnly(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { subject, clientId } = request.accessToken;
  if (subject !== clientId) return undefined;
  return reply
    .code(403)
    .send({ error: 'access_denied', error_description: 'this is for users: a client that acts for itself has no notes' });
}
