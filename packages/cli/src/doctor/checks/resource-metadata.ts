import type { Check } from '../check.ts';
import { differenceOf } from '../difference.ts';
import { listOf, resourceMetadataUrl, textOf } from '../documents.ts';
import { advice, fits, type Observation, wrong } from '../finding.ts';

/** Whether the API is there, and says what it is and whose tokens it takes. */
export const resourceMetadata: Check = {
  name: 'metadata',
  view: 'resource server',
  roles: ['resource-server'],
  look: async ({ settings: { issuer, resource, without }, resourceMetadata }) => {
    const place = resourceMetadataUrl(resource);
    const found = await resourceMetadata();
    if (!('document' in found)) return [found.reachable ? noMetadata(found.problems) : unreachable(found.problems, place)];
    const observations: Observation[] = [];
    const named = textOf(found.document, 'resource');
    if (named !== resource)
      observations.push(
        wrong({
          seen: `it says that it is ${named ?? 'nothing'}, and ${resource} was asked for${named === undefined ? '' : `: ${differenceOf(resource, named)}`}`,
          why: 'the identifier is the audience of tokens, compared letter by letter: a client that asks for the one gets refused by the other',
          mend: `set RESOURCE to the same for the resource server and the client (${named ?? resource})`,
          reference: 'RFC 9728 §3.3',
        }),
      );
    const servers = listOf(found.document, 'authorization_servers');
    if (!without.has('authorization-server') && servers.length > 0 && !servers.includes(issuer))
      observations.push(
        wrong({
          seen: `it names ${servers.join(', ')} as its authorization servers, not ${issuer}${servers.length === 1 ? `: ${differenceOf(issuer, servers[0] ?? '')}` : ''}`,
          why: 'it refuses tokens of any other issuer, and clients that ask it are sent elsewhere',
          mend: `set ISSUER=${issuer} for the resource server, letter by letter, or say with --issuer which one is meant`,
          reference: 'RFC 9728 §2, §5.1',
        }),
      );
    return observations.length > 0 ? observations : [fits(`at ${found.url}`)];
  },
};

function unreachable(problems: string[], place: string): Observation {
  return wrong({
    seen: problems[0] ?? place,
    why: 'it is what the tokens are for',
    mend: `start it (ours: npm start), or say with --resource, and to the other roles with RESOURCE, where it is; to try: curl -i ${place}`,
    reference: 'RFC 8707 §2',
  });
}

function noMetadata(problems: string[]): Observation {
  return advice({
    seen: `there is none: ${problems.join('; ')}`,
    why: 'clients that know nothing but the API find their way by it; others, ours as it is set, do without',
    mend: 'serve it (packages/resource-guard does), if clients are to discover the authorization server',
    reference: 'RFC 9728 §3.1',
  });
}
