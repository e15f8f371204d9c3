import { beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import { createRelyingParties, type RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';

const shop: RelyingParty = {
  client_id: 'shop',
  room: 'sale',
  profile: 'generic',
  redirect_uris: ['https://shop.example/callback'],
  post_logout_redirect_uris: [],
  login_window: 600_000,
  landing_url: null,
  initiate_login_uri: null,
};

describe('the cache of relying parties', () => {
  let known: Map<string, RelyingParty>;
  let asked: string[];
  let away: boolean;
  let time: number;
  let parties: RelyingParties;

  beforeEach(() => {
    known = new Map([['shop', shop]]);
    asked = [];
    away = false;
    time = 1_000_000;
    const settings = {
      async relyingParty(id: string) {
        asked.push(id);
        if (away) throw new StoreUnavailable(new Error('connection refused'));
        return known.get(id) ?? null;
      },
    };
    parties = createRelyingParties(settings, () => time);
  });

  test('asks the store once a second at most', async () => {
    for (const pass of [0, 500, 499]) {
      time += pass;
      expect(await Promise.all([parties.find('shop'), parties.find('shop')])).toEqual([shop, shop]);
    }
    expect(asked).toEqual(['shop']);
  });

  test('knows a change within a second', async () => {
    expect(await parties.find('late')).toBeNull();
    known.set('late', { ...shop, client_id: 'late' });
    known.delete('shop');
    time += 1_000;
    expect(await parties.find('late')).toMatchObject({ client_id: 'late' });
    expect(await parties.find('shop')).toBeNull();
  });

  test('keeps answering while the store is unavailable', async () => {
    await parties.find('shop');
    away = true;
    for (let second = 0; second < 60; second++) {
      time += 1_000;
      expect(await parties.find('shop')).toEqual(shop);
    }
    away = false;
    known.delete('shop');
    time += 1_000;
    expect(await parties.find('shop')).toBeNull();
  });

  test('rejects with StoreUnavailable for an unknown id only while the store is unavailable', async () => {
    away = true;
    await expect(parties.find('shop')).rejects.toThrow(StoreUnavailable);
    away = false;
    expect(await parties.find('shop')).toEqual(shop);
  });

  test('asks again after the clock jumped back', async () => {
    await parties.find('shop');
    time -= 60_000;
    await parties.find('shop');
    expect(asked).toHaveLength(2);
  });

  test('still answers after thousands of invented ids', async () => {
    for (let n = 0; n < 5_000; n++) expect(await parties.find(`made-up-${n}`)).toBeNull();
    expect(await parties.find('shop')).toEqual(shop);
  });
});
