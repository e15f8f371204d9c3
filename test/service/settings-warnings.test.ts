import { expect, test } from 'vitest';
import { settingsFile } from '#settings/file.ts';
import { say } from '#support/say.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import { applySettings } from '../../src/apply-settings.ts';

test('settings that cannot work are logged once at the start, however often applying them is retried', async () => {
  const { rooms, relying_parties } = settingsFile.parse({
    rooms: [{ id: 'sale' }],
    relying_parties: [
      {
        client_id: 'shop',
        client_secret: 'change-me',
        room: 'sale',
        profile: 'alb',
        redirect_uris: ['https://shop.example/callback'],
        landing_url: 'https://shop.example/',
      },
      {
        client_id: 'fine',
        room: 'sale',
        profile: 'istio',
        client_secret: 'x',
        redirect_uris: ['https://a.example/cb'],
      },
    ],
  });
  const logged: unknown[] = [];
  let tries = 0;
  await applySettings(
    { rooms, relyingParties: relying_parties },
    {
      operations: {
        rooms: async () => [],
        async relyingParties() {
          tries += 1;
          if (tries === 1) throw new StoreUnavailable(new Error('it is away'));
          return [];
        },
        upsertRoom: async () => undefined,
        putGroup: async () => ({ isNew: true }),
        upsertRelyingParty: async (_id, change) => ({ isNew: true, revision: '', value: await change(null) }),
      },
      appliedFile: { read: async () => null, write: async () => undefined },
      leases: { lease: async () => true, release: async () => undefined },
      audit: { newest: async () => [] },
      revision: null,
      isShared: false,
      log: { warn: (...line: unknown[]) => void logged.push(line) },
      issuer: 'https://line.example',
      say,
      signal: new AbortController().signal,
    },
  );
  expect(tries).toBe(2);
  expect(logged.filter((line) => JSON.stringify(line).includes('client_id'))).toEqual([
    [{ client_id: 'shop' }, expect.stringContaining('Register https://shop.example/oauth2/idpresponse.')],
  ]);
});
