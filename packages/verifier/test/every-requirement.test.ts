import { groups } from '@rolecall/contracts/requirements/catalogue';
import { describe, expect, it } from 'vitest';
import { authorizationServerSuite } from '../src/authorization-server/suite.ts';

const covered = groups.filter(({ role }) => role === 'authorization server');

describe('the suite for authorization servers', () => {
  const { checks, unseen } = authorizationServerSuite;
  const tried = new Set(checks.flatMap(({ ids }) => ids));

  it.each(covered)('has a check or a reason for every requirement of $name', ({ requirements }) => {
    expect(requirements.map(({ id }) => id).filter((id) => !tried.has(id) && unseen[id] === undefined)).toEqual([]);
  });

  it('has no reason for what it tries', () => {
    expect(Object.keys(unseen).filter((id) => tried.has(id))).toEqual([]);
  });

  it('names only requirements of the catalogue', () => {
    const known = new Set(groups.flatMap(({ requirements }) => requirements.map(({ id }) => id)));
    expect([...tried, ...Object.keys(unseen)].filter((id) => !known.has(id))).toEqual([]);
  });
});
