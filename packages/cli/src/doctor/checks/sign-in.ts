import type { Check } from '../check.ts';
import { differenceOf } from '../difference.ts';
import { urlOf } from '../documents.ts';
import { advice, fits, type Observation, unseen, wrong } from '../finding.ts';
import { isAnswer } from '../probe.ts';
import { titleOf } from '../sign-in-link.ts';
import type { Settings } from '../settings.ts';

/** Whether the client is there, and sends people to this authorization server, with a request that fits. */
export const signIn: Check = {
  name: 'way to log in',
  view: 'client',
  roles: ['sample-client'],
  look: async ({ settings, startPage, metadata }) => {
    const { answer, link } = await startPage();
    const { client } = settings;
    if (!isAnswer(answer))
      return [
        wrong({
          seen: `${client}: ${answer.reason}`,
          why: 'it is where people begin, and where they come back to with a code',
          mend: 'start it (ours: npm start), or say with --client where it is (ours: BASE_URL)',
          reference: 'RFC 6749 §4.1',
        }),
      ];
    if (answer.status >= 500)
      return [
        wrong({
          seen: `its start page answers with status ${answer.status}${titleOf(answer) ? `: ${titleOf(answer)}` : ''}`,
          why: 'it found no authorization server that it can use, from where it runs, even if this machine does; or it is not known there',
          mend: 'let it reach the addresses in its ISSUER and RESOURCE from where it runs (in a container, localhost is the container itself), and set CLIENT_ID and CLIENT_SECRET; its log says what it was told',
          reference: 'RFC 8414 §3',
        }),
      ];
    if (link === undefined)
      return [unseen(`no link or redirect to an authorization endpoint at ${client}; it may push its requests (RFC 9126)`)];
    const found = await metadata();
    const endpoint = 'document' in found ? urlOf(found.document, 'authorization_endpoint') : undefined;
    const observations = [
      ...judgeAddress(link, endpoint, settings),
      ...(link.searchParams.has('response_type') ? judgeRequest(link, settings) : []),
    ];
    return observations.length > 0
      ? observations
      : [fits(`it leads to ${link.origin}${link.pathname}, and back to ${settings.redirectUri}`)];
  },
};

function judgeAddress(link: URL, endpoint: string | undefined, { issuer, without }: Settings): Observation[] {
  if (without.has('authorization-server') || endpoint === undefined || link.href.startsWith(new URL(endpoint).href)) return [];
  return [
    wrong({
      seen: `it leads to ${link.origin}${link.pathname}, and ${issuer} has its authorization endpoint at ${endpoint}`,
      why: 'people log in somewhere else, and the API refuses the tokens of there',
      mend: `set ISSUER=${issuer} for the client, or say with --issuer which one is meant`,
      reference: 'RFC 8414 §2; RFC 9700 §4.4',
    }),
  ];
}

function judgeRequest({ searchParams }: URL, { redirectUri, resource }: Settings): Observation[] {
  const observations: Observation[] = [];
  const named = searchParams.get('redirect_uri');
  if (named !== null && named !== redirectUri)
    observations.push(
      wrong({
        seen: `people are sent back to ${named}, not to ${redirectUri}: ${differenceOf(redirectUri, named)}`,
        why: 'the way back must be the very address that the client has, and that is registered for it: under another name of the host its cookies are not sent',
        mend: `open and register the client by one address (ours: BASE_URL), or say with --client or --redirect-uri which is meant`,
        reference: 'RFC 6749 §3.1.2; RFC 9700 §2.1',
      }),
    );
  const resources = searchParams.getAll('resource');
  if (resources.length > 0 && !resources.includes(resource))
    observations.push(
      wrong({
        seen: `it asks for access to ${resources.join(', ')}, not to ${resource}: ${differenceOf(resource, resources[0] ?? '')}`,
        why: 'the token will be for that API, and this one refuses it',
        mend: `set RESOURCE=${resource} for the client, letter by letter`,
        reference: 'RFC 8707 §2',
      }),
    );
  if (resources.length === 0)
    observations.push(
      advice({
        seen: 'it does not say which API it wants access to (resource)',
        why: 'the authorization server has to guess the audience of the token',
        mend: 'send resource with the authorization request, where the authorization server knows it',
        reference: 'RFC 8707 §2',
      }),
    );
  if (searchParams.get('code_challenge_method') !== 'S256')
    observations.push(
      wrong({
        seen: 'its request has no code challenge with S256',
        why: 'a code that is stolen on its way could be used by the thief',
        mend: 'use PKCE; good client libraries do it unasked',
        reference: 'RFC 9700 §2.1.1; RFC 7636 §4.3',
      }),
    );
  return observations;
}
