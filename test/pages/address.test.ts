import { describe, expect, it } from 'vitest';
import { createAddresses } from '#pages/waiting/address.ts';
import { createSeal } from '#waiting-room/seal.ts';

const seal = createSeal(['a secret of at least thirty-two bytes']);
const addresses = createAddresses(seal, { pathOf: (path) => path });
const request = { kind: 'travelling', query: 'client_id=shop&state=1', arrivedAt: 1000 } as const;

describe('the owner of a request in the waiting page’s address', () => {
  it('is the visitor who made it, and nobody else', () => {
    const pending = { ...request, owner: addresses.ownerOf('a-visitor') };
    expect(addresses.isOwnedBy(pending, 'a-visitor')).toBe(true);
    expect(addresses.isOwnedBy(pending, 'another')).toBe(false);
  });

  it('is read back from the address', () => {
    const owner = addresses.ownerOf('a-visitor');
    const [, query = ''] = addresses.of('sale', { ...request, owner }).split('?');
    expect(addresses.read('sale', query)).toEqual({ ...request, owner });
  });

  it('may be a stamp, as an earlier version wrote it', () => {
    const pending = { ...request, owner: seal.stamp('owner a-visitor') };
    expect(addresses.isOwnedBy(pending, 'a-visitor')).toBe(true);
    expect(addresses.isOwnedBy(pending, 'another')).toBe(false);
  });

  it('is nobody if an early version wrote the address', () => {
    expect(addresses.isOwnedBy({ ...request, owner: null }, 'a-visitor')).toBe(true);
  });
});

describe('an address', () => {
  const query = () => addresses.of('sale', { ...request, owner: addresses.ownerOf('a-visitor') }).split('?')[1] ?? '';
  const escaped = (text: string) => text.replace('shop', '%73hop');

  /** Of the process that wrote the address, and of another one. */
  const readers = [addresses, createAddresses(seal, { pathOf: (path) => path })];

  it.each(readers)('is intact exactly if its request can be read, in process %#', ({ isIntact, read }) => {
    const written = query();
    const stampAt = written.lastIndexOf('&');
    const altered = [
      ...[written.replace('shop', 'shap'), written.slice(0, -1), `${written}x`, written.slice(stampAt + 1), ''],
      ...[`${written}&state=2`, written.slice(0, stampAt), written.replace('anteroom_at=1000', 'anteroom_at=1001')],
    ];
    for (const each of [written, escaped(written), `${written}&fbclid=x`]) {
      expect([isIntact('sale', each), read('sale', each) !== null]).toEqual([true, true]);
      expect(isIntact('other', each)).toBe(false);
    }
    for (const each of altered) {
      expect([isIntact('sale', each), read('sale', each)]).toEqual([false, null]);
    }
  });

  it('is stamped once where its page is requested at once', () => {
    let stamps = 0;
    const counting = {
      stamp: (text: string) => {
        stamps += 1;
        return seal.stamp(text);
      },
      isStampOf: (text: string, stamp: string) => {
        stamps += 1;
        return seal.isStampOf(text, stamp);
      },
    };
    const { of, read } = createAddresses(counting, { pathOf: (path) => path });
    const [, written = ''] = of('sale', { ...request, owner: 'an-owner' }).split('?');
    expect(read('sale', written)).toEqual({ ...request, owner: 'an-owner' });
    expect(stamps).toBe(1);
  });
});
