import { createLab, type Lab } from '@rolecall/lab/lab';
import { resourcePath } from '@rolecall/resource-guard/resource-address';
import type { Config } from './config.ts';

/** The instruments of a resource server on a developer's machine. */
export function createResourceServerLab(config: Pick<Config, 'ISSUER' | 'RESOURCE' | 'LAB_NETWORKS'>): Lab {
  return createLab({
    role: 'resource-server',
    peers: { 'authorization-server': config.ISSUER },
    usualPath: `${resourcePath(config.RESOURCE)}/notes`,
    networks: config.LAB_NETWORKS,
  });
}
