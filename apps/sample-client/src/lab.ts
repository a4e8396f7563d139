import { createLab, type Lab } from '@rolecall/lab/lab';
import type { Config } from './config.ts';

/** The instruments of the client on a developer's machine. */
export function createClientLab(config: Pick<Config, 'ISSUER' | 'RESOURCE' | 'LAB_NETWORKS'>): Lab {
  return createLab({
    role: 'client',
    peers: { 'authorization-server': config.ISSUER, 'resource-server': config.RESOURCE },
    usualPath: '/callback',
    ignoredPaths: ['/playground'],
    networks: config.LAB_NETWORKS,
  });
}
