import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import { createLab, type Lab } from '@rolecall/lab/lab';
import type { Config } from '../config.ts';
import { authorizationServerFaults, registerFaultyResponses } from './faults.ts';

/** The instruments of an authorization server on a developer's machine. */
export function createAuthorizationServerLab(
  config: Pick<Config, 'ISSUER' | 'SEED_CLIENT_BASE_URL' | 'SEED_RESOURCE' | 'LAB_NETWORKS'>,
): Lab {
  const basePath = new URL(config.ISSUER).pathname.replace(/\/$/, '');
  return createLab({
    role: 'authorization-server',
    peers: { client: config.SEED_CLIENT_BASE_URL, 'resource-server': config.SEED_RESOURCE },
    faults: authorizationServerFaults,
    registerFaults: registerFaultyResponses,
    usualPath: basePath + authorizationServerRoutes.token,
    // The stylesheet of a server below a path.
    ignoredPaths: [`${basePath}/assets`],
    networks: config.LAB_NETWORKS,
  });
}
