import type { FastifyRequest } from 'fastify';

const MAXIMUM_USER_AGENT_LENGTH = 256;

/** With what a request was made, for the person to recognise it by: nothing that is decided depends on it. */
export function deviceOf(request: FastifyRequest): { userAgent?: string; address?: string } {
  const userAgent = request.headers['user-agent']?.slice(0, MAXIMUM_USER_AGENT_LENGTH);
  return { ...(request.address !== '' && { address: request.address }), ...(userAgent !== undefined && { userAgent }) };
}
