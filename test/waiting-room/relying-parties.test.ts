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

describe('relying parties, as a process knows them', () => {
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

  test('are asked for once a second at most, however often they are needed', async () => {
    for (const pass of [0, 500, 499]) {
      time += pass;
      expect(await Promise.all([parties.find('shop'), parties.find('shop')])).toEqual([shop, shop]);
    }
    expect(asked).toEqual(['shop']);
  });

  test('are there within a second after they were added, changed or deleted', async () => {
    expect(await parties.find('late')).toBeNull();
    known.set('late', { ...shop, client_id: 'late' });
    known.delete('shop');
    time += 1_000;
    expect(await parties.find('late')).toMatchObject({ client_id: 'late' });
    expect(await parties.find('shop')).toBeNull();
  });

  test('go on being known while the store is away', async () => {
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

  test('of whom nothing was ever heard are StoreUnavailable while it is away, and not for a moment longer', async () => {
    away = true;
    await expect(parties.find('shop')).rejects.toThrow(StoreUnavailable);
    away = false;
    expect(await parties.find('shop')).toEqual(shop);
  });

  test('after the clock was put back are asked for anew', async () => {
    await parties.find('shop');
    time -= 60_000;
    await parties.find('shop');
    expect(asked).toHaveLength(2);
  });

  test('that are made up, by the thousand, cost nobody their answer', async () => {
    for (let n = 0; n < 5_000; n++) expect(await parties.find(`made-up-${n}`)).toBeNull();
    expect(await parties.find('shop')).toEqual(shop);
  });
});
