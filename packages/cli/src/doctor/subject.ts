import { authorizationServerMetadataUrl, findDocument, type Found, openIdConfigurationUrl, resourceMetadataUrl } from './documents.ts';
import type { Answer, NoAnswer, Probe } from './probe.ts';
import { addressOf, type Role, type Settings } from './settings.ts';
import { openStartPage, type StartPage } from './sign-in-link.ts';
import { authorizationAnswer, type AuthorizationAnswer } from './try-redirect-uri.ts';
import { askForToken, type TokenAnswer } from './ask-for-token.ts';

/** What checks look at. Each thing is asked for once, by the first check that needs it. */
export interface Subject {
  settings: Settings;
  probe: Probe;
  /** What the authorization server says of itself. */
  metadata(): Promise<Found>;
  /** What the API says of itself. */
  resourceMetadata(): Promise<Found>;
  startPage(): Promise<StartPage>;
  /** What comes of an authorization request that nobody is logged in for. */
  authorization(): Promise<AuthorizationAnswer>;
  /** A token for the API, for a client itself. */
  token(): Promise<TokenAnswer>;
  /** An answer of each role, at an address that it should have something at. */
  usual(role: Role): Promise<Answer | NoAnswer>;
}

export function createSubject(settings: Settings, probe: Probe): Subject {
  const { issuer, resource, client } = settings;
  const subject: Subject = {
    settings,
    probe,
    metadata: once(() => findDocument([authorizationServerMetadataUrl(issuer), openIdConfigurationUrl(issuer)], probe)),
    resourceMetadata: once(() => findDocument([resourceMetadataUrl(resource)], probe)),
    startPage: once(() => openStartPage(client, probe)),
    authorization: once(() => authorizationAnswer(subject)),
    token: once(() => askForToken(subject)),
    usual: (role) =>
      probe(
        {
          'authorization-server': authorizationServerMetadataUrl(issuer),
          'resource-server': settings.api,
          'sample-client': addressOf(role, settings),
        }[role],
      ),
  };
  return subject;
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
