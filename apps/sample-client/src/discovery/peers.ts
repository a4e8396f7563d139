import type { Clock } from '@rolecall/storage/clock';
import type { ResourceServer } from 'oauth4webapi';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from './authorization-server.ts';
import { remembered } from './remembered.ts';
import { askForMetadataUrl, discoverResource } from './resource.ts';

/** The API, and the authorization server that is asked for access to it. All but `resource` and `learn` throw PeerError when what they need cannot be had or used. */
export interface Peers {
  /** The API's resource identifier. */
  resource: string;
  /** The issuer whose tokens are for the API. */
  issuer(): Promise<string>;
  /** The metadata of that issuer. */
  authorizationServer(): Promise<AuthorizationServer>;
  /** The same, for what is with this issuer already. Not of another one: then the API has changed its mind, and nothing goes to the former. */
  at(issuer: string): Promise<AuthorizationServer>;
  /** The metadata of the API; undefined when it has none. */
  resourceServer(): Promise<ResourceServer | undefined>;
  /** A challenge of the API said where its metadata is (RFC 9728 §5.1): it is read anew, from there. */
  learn(metadataUrl: string): void;
}

export interface PeersOptions {
  /** The authorization server that this client was told to use. */
  issuer: string;
  resource: string;
  /** Ask the authorization server that the API names, whichever that is. */
  discoverIssuer: boolean;
  fetchFromIssuer: OutboundFetch;
  fetchFromApi: OutboundFetch;
  clock: Clock;
}

const METADATA_LIFETIME_SECONDS = 60;

/** What is found out about the two is used for a minute. */
export function createPeers({ issuer, resource, discoverIssuer, fetchFromIssuer, fetchFromApi, clock }: PeersOptions): Peers {
  const remember = <T>(load: () => Promise<T>) => remembered(load, METADATA_LIFETIME_SECONDS, clock);
  let learned: string | undefined;

  const load = async () => {
    // Only the API can say who its authorization server is: it is asked as somebody asks who knows nothing but its address.
    const metadataUrl =
      learned ?? (discoverIssuer ? await askForMetadataUrl(`${resource.replace(/\/$/, '')}/notes`, fetchFromApi) : undefined);
    try {
      const metadata = await discoverResource(resource, metadataUrl, fetchFromApi);
      return { metadata, chosen: discoverIssuer ? discoveredIssuer(metadata, issuer) : configuredIssuer(metadata, issuer) };
    } catch (error) {
      // What a challenge said was of no use: the next one begins at the well-known address.
      learned = undefined;
      throw error;
    }
  };
  const createApi = () => remember(load);
  let api = createApi();

  /** Of one issuer, the one that was asked for last: when the API names another, nothing of the former is used again. */
  let known: { issuer: string; metadata: () => Promise<AuthorizationServer> } | undefined;
  const metadataOf = (which: string): Promise<AuthorizationServer> => {
    if (known?.issuer !== which) known = { issuer: which, metadata: remember(() => discoverAuthorizationServer(which, fetchFromIssuer)) };
    return known.metadata();
  };
  const currentIssuer = async () => (discoverIssuer ? (await api()).chosen : issuer);

  return {
    resource,
    issuer: currentIssuer,
    authorizationServer: async () => metadataOf(await currentIssuer()),
    at: async (which) => {
      if (which !== (await currentIssuer())) throw new PeerError('authorization server', 'the API takes its tokens no more');
      return metadataOf(which);
    },
    resourceServer: async () => (await api()).metadata,
    learn: (metadataUrl) => {
      learned = metadataUrl;
      api = createApi();
    },
  };
}

function configuredIssuer(metadata: ResourceServer | undefined, issuer: string): string {
  if (metadata?.authorization_servers?.includes(issuer) === false)
    throw new PeerError('API', 'it takes no tokens of this authorization server');
  return issuer;
}

/** RFC 9728 §7.6 leaves the choice to the client: the one that it was told to use, else the first. */
function discoveredIssuer(metadata: ResourceServer | undefined, preferred: string): string {
  const named = metadata?.authorization_servers ?? [];
  const chosen = named.includes(preferred) ? preferred : named[0];
  if (chosen === undefined) throw new PeerError('API', 'it does not say whose tokens it takes');
  // RFC 8414 §2: an issuer has neither query nor fragment. What else an address may be is decided where it is fetched from.
  if (!URL.canParse(chosen) || /[?#\s]/.test(chosen)) throw new PeerError('API', 'it names an authorization server that cannot be one');
  return chosen;
}
