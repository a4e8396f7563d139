import * as z from 'zod';
import { notTried } from '../finding.ts';
import type { Http } from '../http.ts';
import { documents } from './documents.ts';

const strings = z.array(z.string()).optional();
const address = z.string().optional();
const flag = z.boolean().optional();

/** What the checks use of a server's metadata (RFC 8414 §2, OpenID Connect Discovery §3). What is not there is undefined; nothing is assumed. */
const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  registration_endpoint: address,
  introspection_endpoint: address,
  revocation_endpoint: address,
  userinfo_endpoint: address,
  device_authorization_endpoint: address,
  pushed_authorization_request_endpoint: address,
  end_session_endpoint: address,
  scopes_supported: strings,
  response_types_supported: strings,
  response_modes_supported: strings,
  grant_types_supported: strings,
  token_endpoint_auth_methods_supported: strings,
  code_challenge_methods_supported: strings,
  token_endpoint_auth_signing_alg_values_supported: strings,
  dpop_signing_alg_values_supported: strings,
  introspection_signing_alg_values_supported: strings,
  id_token_signing_alg_values_supported: strings,
  userinfo_signing_alg_values_supported: strings,
  request_object_signing_alg_values_supported: strings,
  authorization_details_types_supported: strings,
  authorization_grant_profiles_supported: strings,
  acr_values_supported: strings,
  claims_supported: strings,
  subject_types_supported: strings,
  authorization_response_iss_parameter_supported: flag,
  require_pushed_authorization_requests: flag,
  require_signed_request_object: flag,
  request_parameter_supported: flag,
  request_uri_parameter_supported: flag,
  claims_parameter_supported: flag,
  client_id_metadata_document_supported: flag,
  backchannel_logout_supported: flag,
  backchannel_logout_session_supported: flag,
});

export type Metadata = z.infer<typeof metadata>;

/**
 * What both documents say together, where there are two: some publish what is OpenID Connect's in its own document only.
 *
 * @throws Finding (`not tried`) where there is none.
 */
export async function readMetadata(http: Http, issuer: string): Promise<Metadata> {
  const found = await documents({ http, issuer });
  const read = metadata.safeParse(Object.assign({}, ...found.map(({ content }) => content).toReversed()));
  if (read.success) return read.data;
  return notTried(`the metadata is none: ${read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
}
