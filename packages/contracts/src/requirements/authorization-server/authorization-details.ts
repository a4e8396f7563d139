import { json, page, redirect, token } from '../outcome.ts';
import { group, must, optional } from '../requirement.ts';
import { from } from '../source.ts';

export const authorizationDetails = group('AS-RAR', 'Rich authorization requests', [
  must('AS-RAR-01', ['core'], {
    requirement: '`authorization_details` is a list of typed objects, taken at all three endpoints, with scope or without',
    expected: [redirect(), json(201), json(200)],
    sources: [from('RFC 9396', '2', '3', '6')],
  }),
  must('AS-RAR-02', ['core', 'rejects'], {
    requirement: 'Details that are malformed or that their type does not allow are refused',
    expected: [redirect('invalid_authorization_details'), json(400, 'invalid_authorization_details')],
    sources: [from('RFC 9396', '5')],
  }),
  must('AS-RAR-03', ['core'], {
    requirement: 'The token response says which details were granted',
    expected: [json(200)],
    sources: [from('RFC 9396', '7')],
  }),
  must('AS-RAR-04', ['core', 'rejects'], {
    requirement: 'Neither token request nor refresh can widen the granted details; without any they stay as they are',
    expected: [json(400, 'invalid_authorization_details'), json(200)],
    sources: [from('RFC 9396', '6', '6.1')],
  }),
  must('AS-RAR-05', ['core'], {
    requirement: 'The access token and introspection have the details that concern their audience',
    expected: [token(), json(200)],
    sources: [from('RFC 9396', '9.1', '9.2')],
  }),
  optional('AS-RAR-06', ['rejects'], {
    requirement: 'A client may ask only for the types that it has registered',
    expected: [redirect('invalid_authorization_details'), json(400, 'invalid_authorization_details')],
    sources: [from('RFC 9396', '10')],
  }),
  must('AS-RAR-07', [], {
    requirement: 'The consent page shows the details in words; what the user takes out is not granted',
    expected: [page(200), json(200)],
    sources: [from('RFC 9396', '4', '7')],
  }),
]);
