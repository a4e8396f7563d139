// An API without a framework, guarded as one on Express or Connect would be:
//   ISSUER=http://localhost:4000 RESOURCE=http://localhost:4001 node connect.mjs
import { createServer } from 'node:http';
import { connectGuard } from '@rolecall/resource-guard/connect';

const { ISSUER, RESOURCE, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env;

const guard = connectGuard({
  issuer: ISSUER,
  resource: RESOURCE,
  name: 'Hello',
  realm: 'hello',
  scopes: ['notes:read'],
  // For opaque tokens; JWTs need none.
  ...(clientId && { introspection: { clientId, clientSecret } }),
  log: console,
});
const mayRead = guard.requireScopes('notes:read');

const hello = (request, response) => response.end(`Hello ${request.accessToken.subject}\n`);
const fail = (error, response) => {
  console.error(error);
  response.writeHead(500).end();
};

// On Express: app.use(guard.metadata); app.get('/hello', mayRead, hello);
const server = createServer((request, response) =>
  guard.metadata(request, response, () =>
    mayRead(request, response, (error) => (error ? fail(error, response) : hello(request, response))),
  ),
);
server.listen(Number(new URL(RESOURCE).port), new URL(RESOURCE).hostname, () => console.log('listening'));
