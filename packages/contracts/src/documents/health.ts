import { json, message, noStore, type Paths } from './openapi.ts';

/** What every role answers to whoever runs it. */
export const healthPaths: Paths = {
  '/health/live': {
    get: {
      operationId: 'live',
      tags: ['operator'],
      summary: 'Does the process answer?',
      responses: { 200: { description: 'It does.', headers: noStore, content: json(message('Alive')) } },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'ready',
      tags: ['operator'],
      summary: 'Can it work?',
      responses: {
        200: { description: 'It can.', headers: noStore, content: json(message('Readiness')) },
        503: { description: 'Something that it needs does not answer.', headers: noStore, content: json(message('Readiness')) },
      },
    },
  },
};
