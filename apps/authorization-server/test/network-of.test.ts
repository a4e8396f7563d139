import { describe, expect, it } from 'vitest';
import { networkOf } from '../src/throttle/network-of.ts';

describe('network of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('SEC-46: %s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('SEC-46: addresses behind a translator are not one', () => {
    expect(networkOf('64:ff9b::203.0.113.9')).not.toBe(networkOf('64:ff9b::203.0.113.10'));
  });
});
