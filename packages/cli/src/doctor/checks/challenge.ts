import type { Check } from '../check.ts';
import { resourceMetadataUrl } from '../documents.ts';
import { advice, fits, unseen, wrong } from '../finding.ts';
import { isAnswer } from '../probe.ts';

/** Whether the API is shut without a token, and says what it wants. */
export const challenge: Check = {
  name: 'challenge',
  view: 'resource server',
  roles: ['resource-server'],
  look: async ({ settings: { api, resource }, probe, resourceMetadata }) => {
    const answer = await probe(api);
    if (!isAnswer(answer)) return [unseen(`${api}: ${answer.reason}`)];
    if (answer.status === 404) return [unseen(`there is nothing at ${api}; --api names something that the API guards`)];
    if (answer.status === 200)
      return [
        wrong({
          seen: `${api} answers without a token`,
          why: 'it is open to everybody, or --api names something that is meant to be',
          mend: 'guard it (packages/resource-guard), or name with --api something that is guarded',
          reference: 'RFC 6750 §3.1',
        }),
      ];
    const header = answer.headers.get('www-authenticate') ?? '';
    if (answer.status !== 401 || !/(^|,\s*)(Bearer|DPoP)\b/i.test(header))
      return [
        wrong({
          seen: `${api} without a token: status ${answer.status}, ${header === '' ? 'and no WWW-Authenticate' : 'and no challenge for a bearer or DPoP token'}`,
          why: 'a 401 with a challenge tells a client that it needs a token, and of which kind',
          mend: 'answer 401 with WWW-Authenticate: Bearer …; a proxy in front of the API may have taken it away',
          reference: 'RFC 6750 §3; RFC 9110 §11.6.1',
        }),
      ];
    const named = /\bresource_metadata="([^"]*)"/.exec(header)?.[1];
    const place = resourceMetadataUrl(resource);
    // Where it has no metadata, that is told already.
    if (named === place || !('document' in (await resourceMetadata()))) return [fits('401, with a challenge')];
    return [
      advice({
        seen: `the challenge says that the metadata is at ${named ?? 'no address'}, not ${place}`,
        why: 'a client that knows nothing but the API is led by it to the authorization server',
        mend: 'let resource_metadata name that address (ours follows RESOURCE)',
        reference: 'RFC 9728 §5.1',
      }),
    ];
  },
};
