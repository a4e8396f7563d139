import { definePact } from '@rolecall/contract-testing/define-pact';
import { describe, it } from 'vitest';
import { challengesContract, dpopContract } from './resource-server/challenges.ts';
import { discoveryContract } from './resource-server/discovery.ts';
import { notesContract, refusedNotesContract } from './resource-server/notes.ts';

const pact = definePact('sample-client', 'resource-server');

describe('what the client expects of the resource server', () => {
  describe('its metadata', () => discoveryContract(pact));
  describe('notes', () => notesContract(pact));
  describe('what it refuses', () => refusedNotesContract(pact));
  describe('what another token would help', () => challengesContract(pact));
  describe('access that is bound to a key', () => dpopContract(pact));

  it('is the pact in git', () => pact.keep());
});
