import type { Check } from '../check.ts';
import { differenceOf } from '../difference.ts';
import { authorizationServerMetadataUrl, textOf } from '../documents.ts';
import { advice, fits, wrong } from '../finding.ts';

/** Whether the authorization server is there, and says what it is where it should. */
export const metadata: Check = {
  name: 'metadata',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ settings: { issuer }, metadata }) => {
    const found = await metadata();
    const place = authorizationServerMetadataUrl(issuer);
    if ('document' in found)
      return found.url === place
        ? [fits(`at ${found.url}`)]
        : [
            advice({
              seen: `only at ${found.url}, where OpenID Connect has it`,
              why: 'roles of ours look there too; some clients look only at the place of RFC 8414',
              mend: `serve the same document at ${place}, if a client does not find it`,
              reference: 'RFC 8414 §3.1, §5',
            }),
          ];
    if (!found.reachable)
      return [
        wrong({
          seen: found.problems[0] ?? place,
          why: 'every other role begins by asking this server what it is and where its endpoints are',
          mend: `start it (ours: npm start), or say with --issuer, and to the other roles with ISSUER, where it is; to try: curl -i ${place}`,
          reference: 'RFC 8414 §3',
        }),
      ];
    return [
      wrong({
        seen: `there is none: ${found.problems.join('; ')}`,
        why: 'without it no other role finds the endpoints and the keys',
        mend: `is ${issuer} its issuer identifier, with the whole path (Keycloak: /realms/NAME)? Ours has it as ISSUER; tell all roles the same`,
        reference: 'RFC 8414 §3.1; OpenID Connect Discovery 1.0 §4',
      }),
    ];
  },
};

/** Whether it calls itself what the others call it. */
export const issuer: Check = {
  name: 'issuer',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ settings: { issuer: asked }, metadata }) => {
    const found = await metadata();
    if (!('document' in found)) return [];
    const named = textOf(found.document, 'issuer');
    if (named === asked) return [fits(`it is ${asked}, letter by letter`)];
    return [
      wrong({
        seen:
          named === undefined
            ? 'the metadata names none'
            : `the metadata says ${named}, and ${asked} was asked for: ${differenceOf(asked, named)}`,
        why: 'the issuer is compared letter by letter: with another one the client refuses the metadata, and the API refuses every token',
        mend:
          named === undefined
            ? 'the metadata must have an issuer'
            : `set ISSUER=${named} for the resource server and the client, or make the authorization server call itself ${asked} (ours: ISSUER; Keycloak: hostname)`,
        reference: 'RFC 8414 §3.3',
      }),
    ];
  },
};
