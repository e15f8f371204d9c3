import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigningKeySet, generateJwks, RotationInProgress, type SigningKeySetDeps } from '#signing-keys/index.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { createTime } from '#support/time.ts';
import type { Activities } from '#waiting-room/activity.ts';
import type { SigningKeysStore } from '#waiting-room/ports/signing-keys.ts';
import { createSeal } from '#waiting-room/seal.ts';

const DAY = 24 * 3_600_000;
const file = await generateJwks();

describe.each(STORES)('signing keys on the %s store', (_, open) => {
  let opened: OpenedStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const time = createTime();
  const audited: Activities['operator.acted'][] = [];
  const errors: string[] = [];
  const keySet = (
    more: {
      maxAge?: number | null | 'default';
      secret?: string;
      store?: SigningKeysStore;
      settings?: SigningKeySetDeps['settings'];
    } = {},
  ) =>
    createSigningKeySet({
      file,
      store: more.store ?? opened.store.signingKeys,
      leases: opened.store.leases,
      settings: more.settings ?? opened.store.settings,
      seal: createSeal([more.secret ?? 'a key that only the tests know']),
      emit: (type, fields) => {
        if (type === 'operator.acted') audited.push(fields as Activities['operator.acted']);
      },
      log: { info: () => undefined, error: (_, message) => void errors.push(message) },
      maxAge: more.maxAge ?? null,
      now: time.now,
    });
  const signing = (keys: { current(): { keys: readonly { kid?: string | undefined; alg?: string | undefined }[] } }) =>
    keys.current().keys.find(({ alg }) => alg === 'RS256')?.kid;

  test('are rotated once by many processes that do it at the same time', async () => {
    const sets = Array.from({ length: 8 }, () => keySet());
    const results = await Promise.allSettled(sets.map((set) => set.rotate({ by: 'alice', emergency: false })));
    const done = results.filter(({ status }) => status === 'fulfilled');
    expect(done).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RotationInProgress);
    }
    for (const set of sets) await set.look();
    expect(
      new Set(
        sets.map(({ current }) =>
          current()
            .keys.map(({ kid }) => kid)
            .join(),
        ),
      ).size,
    ).toBe(1);
    expect(sets[0]?.current().keys).toHaveLength(6);
    expect(audited).toMatchObject([{ by: 'alice', action: 'keys.rotated', detail: { emergency: false } }]);
    expect(JSON.stringify(audited)).not.toMatch(/"(?:d|p|q)"/);
  });

  test('are the same object until they change, and then another', async () => {
    const set = keySet();
    await set.look();
    const before = set.current();
    await set.look();
    expect(set.current()).toBe(before);
    time.pass(DAY + 1000);
    await set.look();
    expect(set.current()).not.toBe(before);
    expect(signing(set)).not.toBe(signing({ current: () => before }));
  });

  test('are not readable in the store', async () => {
    const text = await opened.store.signingKeys.read();
    expect(text).toMatch(/^[\w-]+$/);
    expect(Buffer.from(text ?? '', 'base64url').toString('latin1')).not.toContain('RS256');
  });

  test('sealed with other cookie keys leave those of the file, and the log says so once', async () => {
    const set = keySet({ secret: 'another key that only the tests know' });
    await set.look();
    await set.look();
    expect(set.current()).toBe(file);
    expect(errors).toEqual(['signing keys in the store were sealed with other COOKIE_KEYS']);
  });

  test('come back into a store that lost them', async () => {
    const store = inMemory();
    const set = keySet({ store });
    const [first] = await set.rotate({ by: 'alice', emergency: true });
    store.lose();
    await set.look();
    expect(signing(set)).toBe(first?.kid);
    const other = keySet({ store });
    await other.look();
    expect(signing(other)).toBe(first?.kid);
  });

  test('are rotated by age: published a day ahead, then signing', async () => {
    const set = keySet({ store: inMemory(), maxAge: 'default' });
    await set.look();
    const before = signing(set);
    time.pass(29 * DAY);
    await set.look();
    expect(set.current().keys).toHaveLength(3);
    time.pass(DAY);
    await set.look();
    expect(set.current().keys).toHaveLength(6);
    expect(signing(set)).toBe(before);
    time.pass(DAY);
    await set.look();
    expect(signing(set)).not.toBe(before);
    expect(audited.at(-1)).toMatchObject({ by: 'anteroom', action: 'keys.rotated' });
  });

  test('are looked at without a read of the rooms, unless they are due', async () => {
    let reads = 0;
    const rooms = async () => {
      reads += 1;
      return [];
    };
    const set = keySet({ store: inMemory(), maxAge: 'default', settings: { rooms } });
    await set.look();
    reads = 0;
    await set.look();
    await set.look();
    expect(reads).toBe(0);
    time.pass(31 * DAY);
    await set.look();
    expect(reads).toBeGreaterThan(0);
    expect(set.current().keys).toHaveLength(6);
  });

  test('are not rotated by age where KEY_ROTATION is off', async () => {
    const set = keySet({ store: inMemory(), maxAge: null });
    time.pass(1000 * DAY);
    await set.look();
    expect(set.current()).toBe(file);
  });
});

function inMemory(): SigningKeysStore & { lose(): void } {
  let text: string | null = null;
  return {
    read: async () => text,
    write: async (next) => {
      text = next;
    },
    lose() {
      text = null;
    },
  };
}
