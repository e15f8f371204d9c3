import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { check } from '#settings/faults.ts';
import { settingsFile } from '#settings/file.ts';
import { room, roomView } from '#settings/room.ts';
import { lineRules } from '#waiting-room/line-rules.ts';
import { reloadAfter } from '#waiting-room/poll-intervals.ts';

const faultsOf = (aws: unknown) => {
  const checked = check(room, { id: 'sale', aws });
  return checked.ok ? [] : checked.faults.map(({ field, message }) => `${field} ${message}`);
};

describe("the settings of AWS's API", () => {
  test("have the defaults of AWS's parameters", () => {
    expect(room.parse({ id: 'sale', aws: {} }).aws).toEqual({
      ...{ issuer: null, validity_period: 3_600_000, queue_position_expiry: 900_000 },
      raise_on_expiry: false,
    });
    expect(room.parse({ id: 'sale' }).aws).toBeUndefined();
    expect(room.parse({ id: 'sale', aws: null }).aws).toBeNull();
  });

  test.each([
    { event_id: 'Sample' },
    { event_id: '6F9619FF-8B86-D011-B42D-00CF4FC964FF' },
    { event_id: 'a name with spaces & ümlauts' },
    { issuer: 'https://abc.execute-api.eu-west-1.amazonaws.com/api' },
    { issuer: { public: 'https://a.example/api', private: 'https://b.example/api' } },
    { queue_position_expiry: 'off', validity_period: '90s' },
    { api_key: 'a-key-of-the-cdn-1' },
  ])('accept %j, and encode to the same', (aws) => {
    const settings = room.parse({ id: 'sale', aws });
    expect(z.encode(room, settings).aws).toMatchObject(aws);
    expect(room.parse(z.encode(room, settings))).toEqual(settings);
  });

  test.each([
    [{ event_id: '' }, 'aws.event_id must be 1 to 255 characters other than < and >'],
    [{ event_id: '<b>' }, 'aws.event_id must be 1 to 255 characters other than < and >'],
    [{ issuer: 'nowhere' }, 'aws.issuer must be an absolute http or https URL without a user name'],
    [{ validity_period: '1500ms' }, 'aws.validity_period must be in whole seconds'],
    [{ queue_position_expiry: 'never' }, 'aws.queue_position_expiry must be off or a duration such as 15m'],
    [{ api_key: 'short' }, 'aws.api_key must be 16 to 256 printable ASCII characters without a space'],
    [
      { stack: 'mine' },
      'aws.stack is not a known field; the known fields are event_id, issuer, validity_period, queue_position_expiry, raise_on_expiry, api_key, api_key_set',
    ],
  ])('refuse %j', (aws, fault) => {
    expect(faultsOf(aws)).toEqual([fault]);
  });

  test('refuse passes that their clients do not bring', () => {
    const passes = { required: true, issuer: 'https://shop.example', secret: 'a secret of the site, long enough' };
    const checked = check(room, { id: 'sale', aws: {}, passes });
    expect(checked.ok ? [] : checked.faults.map(({ field }) => field)).toEqual(['passes.required']);
    expect(check(room, { id: 'sale', aws: {}, passes: { ...passes, required: false } }).ok).toBe(true);
  });

  test('refuse a challenge that their clients could not solve', () => {
    const checked = check(room, { id: 'sale', aws: {}, challenge: 'always' });
    expect(checked.ok ? [] : checked.faults.map(({ field }) => field)).toEqual(['challenge']);
  });

  test('never show the API key', () => {
    const shown = z.encode(roomView, room.parse({ id: 'sale', aws: { api_key: 'a-key-of-the-cdn-1' } }));
    expect(shown.aws).toMatchObject({ api_key_set: true });
    expect(JSON.stringify(shown)).not.toContain('a-key-of-the-cdn-1');
  });

  test('hold a place for as long as a position lasts', () => {
    const windowOf = (aws?: object, claim_window = '2m') =>
      lineRules(room.parse({ id: 'sale', admission: { claim_window }, ...(aws ? { aws } : {}) })).claimWindow;
    expect(windowOf()).toBe(120_000);
    expect(windowOf({})).toBe(900_000);
    expect(windowOf({ queue_position_expiry: 'off' })).toBe(24 * 3_600_000);
    expect(windowOf({ queue_position_expiry: '60s' })).toBe(60_000);
    expect(windowOf({ queue_position_expiry: '15m' }, '30m')).toBe(900_000);
  });

  test('hold no place for less time than pages need to notice their turn', () => {
    const settings = room.parse({ id: 'sale', aws: { queue_position_expiry: '1s' } });
    const { claimWindow } = lineRules(settings);
    expect(claimWindow).toBeGreaterThan(1000);
    expect(claimWindow).toBeGreaterThanOrEqual(2 * reloadAfter(settings) * 1000);
  });
});

test.each([
  [{ event_id: 'Sample' }, { event_id: 'Sample' }],
  [{ event_id: 'b' }, {}],
])('two rooms of a file with one event id are a fault: %j and %j', (one, other) => {
  const checked = check(settingsFile, {
    rooms: [
      { id: 'a', aws: one },
      { id: 'b', aws: other },
    ],
  });
  expect(checked.ok ? [] : checked.faults.map(({ field }) => field)).toEqual(['rooms[1].aws.event_id']);
});
