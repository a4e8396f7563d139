import { document, json, nothing, page, redirect } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const fapi = group('AS-FAPI', 'What FAPI 2.0 adds', [
  must('AS-FAPI-01', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI clients are confidential and authenticate with a key',
    expected: [json(401, 'invalid_client')],
    sources: [from('FAPI 2.0', '5.3.2.1')],
  }),
  must('AS-FAPI-02', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI every access token is bound to a key',
    expected: [json(400, 'invalid_dpop_proof')],
    // RFC 9449 §5 leaves the code open where there is no proof.
    accepted: [json(401, 'invalid_client'), json(400, 'invalid_request'), json(400, 'invalid_grant')],
    sources: [from('FAPI 2.0', '5.3.2.1')],
  }),
  must('AS-FAPI-03', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI a request is for a code, pushed by an authenticated client, with PKCE and a redirect URI',
    expected: [page(), json(400, 'invalid_request'), json(401, 'invalid_client')],
    sources: [from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-FAPI-04', ['fapi2'], {
    requirement: 'Under FAPI codes live a minute, pushed requests ten, codes can be bound to a key, and `iss` is in the response',
    expected: [json(201), redirect()],
    sources: [from('FAPI 2.0', '5.3.2.1', '5.3.2.2')],
  }),
  must('AS-FAPI-05', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI nothing is signed with another algorithm than PS256, ES256 or EdDSA, by anybody',
    expected: [document(), json(401, 'invalid_client'), json(400, 'invalid_dpop_proof')],
    sources: [from('FAPI 2.0', '5.4')],
  }),
  must('AS-FAPI-06', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI connections are TLS 1.2 with modern suites, or 1.3',
    expected: [nothing()],
    sources: [from('FAPI 2.0', '5.2.1', '5.2.2')],
  }),
  must('AS-FAPI-07', ['fapi2'], {
    requirement: 'Under FAPI no redirect URI with http beyond loopback can be registered',
    expected: [json(400, 'invalid_redirect_uri')],
    sources: [from('FAPI 2.0', '5.3.2.2')],
  }),
]);
