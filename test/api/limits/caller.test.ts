import { describe, expect, it } from 'vitest';
import { callerOf } from '../../../api/limits/caller.js';
import { EVERYBODY } from '../../../api/ports/principal.js';

describe('whose points are used', () => {
  it('are those of the principal, wherever it asks from', () => {
    const shop = { ...EVERYBODY, name: 'key:shop' };
    expect(callerOf(shop, '10.0.0.1')).toBe(callerOf(shop, '10.0.0.2'));
    expect(callerOf(shop, '10.0.0.1')).not.toBe(callerOf({ ...shop, name: 'key:other' }, '10.0.0.1'));
  });

  it('are those of the address where nobody is known', () => {
    const by = (address: string | undefined) => callerOf(EVERYBODY, address);
    expect(by('10.0.0.1')).not.toBe(by('10.0.0.2'));
    expect(by('::ffff:10.0.0.1')).toBe(by('10.0.0.1'));
    expect(by(undefined)).toBe('address unknown');
  });

  it('are those of the network where a host has many addresses to choose from', () => {
    const by = (address: string) => callerOf(EVERYBODY, address);
    expect(by('2001:db8:1:2:3:4:5:6')).toBe(by('2001:db8:1:2:ffff::1'));
    expect(by('2001:db8:1:2::')).toBe(by('2001:db8:1:2::9'));
    expect(by('2001:db8:1:2::9')).not.toBe(by('2001:db8:1:3::9'));
    expect(by('::1')).toBe('address 0:0:0:0::/64');
  });

  it('cannot be those of a principal that is named like an address', () => {
    expect(callerOf({ ...EVERYBODY, name: '10.0.0.1' }, undefined)).not.toBe(callerOf(EVERYBODY, '10.0.0.1'));
  });
});
