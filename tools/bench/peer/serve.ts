import { Redis } from 'ioredis';
import Provider from 'oidc-provider';
import { createStage, resources, SCOPE } from '../stage.ts';
import { configuration } from './configuration.ts';
import { redisAdapter } from './redis-adapter.ts';

// The peer as a process: PORT and REDIS_URL say where. Sends the cookies of its sessions when it listens, and ends with the process that started it.
const DAY_SECONDS = 86_400;
const stage = createStage();
const provider = new Provider(stage.issuer, configuration(stage, redisAdapter(new Redis(process.env['REDIS_URL'] as string))));
provider.proxy = true;
provider.on('server_error', (_context, error) => process.stderr.write(`${error.stack}\n`));

const cookies = await Promise.all(
  stage.webClients.map(async ({ id: clientId }, index) => {
    const accountId = stage.users[index] as string;
    const grant = new provider.Grant({ accountId, clientId });
    for (const resource of Object.values(resources)) grant.addResourceScope(resource, SCOPE);
    const grantId = await grant.save(DAY_SECONDS);
    const session = new provider.Session({ accountId, loginTs: Math.floor(Date.now() / 1000) });
    session.authorizations = { [clientId]: { sid: `sid-${index}`, grantId } };
    await session.save(DAY_SECONDS);
    return `_session=${session.id}`;
  }),
);
provider.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.(cookies));
process.on('disconnect', () => process.exit());
