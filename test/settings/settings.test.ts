import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { check } from '#settings/faults.ts';
import { settingsFile } from '#settings/file.ts';
import { relyingParty } from '#settings/relying-party.ts';
import { room, roomForm } from '#settings/room.ts';

const faults = (schema: z.ZodType, input: unknown) => {
  const checked = check(schema, input);
  return checked.ok ? [] : checked.faults.map(({ field, message }) => ({ field, message }));
};

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const PRESETS = 'technical_pause, start_moved, nearly_sold_out';
const rule = (match: object) => ({ rules: [{ match, action: 'bypass' }] });

describe('a room', () => {
  test('has defaults for all fields but its id', () => {
    expect(z.decode(room, { id: 'spring-sale' })).toEqual({
      id: 'spring-sale',
      title: 'spring-sale',
      mode: 'queue',
      inlet: { strategy: 'manual' },
      admission: { lifetime: 600_000, claim_window: 120_000, missed_turn: 'front', renew: false },
      presence: { timeout: 180_000 },
      capacity: null,
      challenge: 'auto',
      limits: {
        joins_per_address: { count: 60, window: 60_000 },
        unproven_per_address: 20,
        sessions_per_admission: 3,
      },
      message: null,
      return_urls: [],
      events: [],
      origins: [],
      frames: 'refuse',
      rules: [],
      passes: null,
    });
  });

  test.each(['nothing', 'claim_windows', 'claim_windows_and_admissions'] as const)(
    'whose pause stops %s is read by the version before, which knows no more than claim windows',
    (stops) => {
      const stored = z.decode(room, { id: 'a', pause: { stops } });
      expect(['nothing', 'claim_windows']).toContain(stored.pause?.stops);
      expect(z.encode(room, stored)).toMatchObject({ pause: { stops } });
      expect(z.decode(room, z.encode(room, stored))).toEqual(stored);
    },
  );

  test('asks for no proof by default where AWS clients come', () => {
    const challengeOf = (more: object) => z.decode(room, { id: 'a', ...more }).challenge;
    expect([challengeOf({}), challengeOf({ aws: {} }), challengeOf({ aws: {}, challenge: 'auto' })]).toEqual([
      'auto',
      'off',
      'auto',
    ]);
  });

  test('is the same after encoding and decoding', () => {
    const written = {
      id: 'spring-sale',
      title: 'Spring sale',
      mode: 'paused' as const,
      inlet: { strategy: 'max-size' as const, size: 500 },
      admission: { lifetime: '90s', claim_window: '500ms', missed_turn: 'back' as const, renew: true },
      presence: { timeout: '2h' },
      capacity: 5000,
      challenge: 'always' as const,
      limits: { joins_per_address: '10/90s', unproven_per_address: 0, sessions_per_admission: 1 },
      message: 'Back soon.',
      return_urls: ['https://shop.example/'],
      origins: ['https://shop.example', 'http://localhost:5173'],
      bind: 'address' as const,
      frames: 'same-site' as const,
      passes: { required: true, issuer: 'https://shop.example', secret: 'a secret of 32 characters or more' },
      lanes: { members: 0.3 },
      rules: [
        { match: { path: ['/health'], header: { 'X-Probe': ['*'] } }, action: 'bypass' as const },
        { match: { search_engine: ['google' as const] }, action: 'bypass' as const },
      ],
      events: [
        {
          id: 'opening',
          prequeue_start: '2026-11-24T09:30:00.000Z',
          start: '2026-11-24T10:00:00.000Z',
          end: '2026-11-24T18:00:00.000Z',
          order: 'arrival' as const,
          title: 'The opening',
          inlet: { strategy: 'rate' as const, per_minute: 600 },
          message: null,
        },
      ],
    };
    expect(z.encode(room, z.decode(room, written))).toEqual(written);
  });

  test('that a later version stored is shown without the fields that are not known', () => {
    const stored = z.decode(room, { id: 'a' });
    expect(z.encode(room, { ...stored, later: 1 } as typeof stored)).toEqual(z.encode(room, stored));
  });

  const ofTheme = (texts: object) => ({ theme: texts });
  const ofEvent = (texts: object) => ({ events: [{ id: 'e', start: '2026-11-24T10:00:00Z', ...texts }] });
  const TEXTS: [string, (text: string) => object][] = [
    ['title', (title) => ({ title })],
    ['title.de', (de) => ({ title: { de } })],
    ['title.ar.text', (text) => ({ title: { ar: { text, dir: 'rtl' } } })],
    ['message', (message) => ({ message })],
    ['message.de', (de) => ({ message: { de } })],
    ['events[0].title', (title) => ofEvent({ title })],
    ['events[0].message', (message) => ofEvent({ message })],
    ['theme.name', (name) => ofTheme({ name })],
    ['passes.issuer', (issuer) => ({ passes: { issuer, jwks_uri: 'https://shop.example/jwks' } })],
    ['challenge.site_key', (key) => ({ challenge: { provider: 'turnstile', site_key: key, secret: 's' } })],
    [
      'theme.texts.en.waiting.heading.waiting',
      (text) => ofTheme({ texts: { en: { 'waiting.heading.waiting': text } } }),
    ],
  ];

  /** Whether a program compares the text: a line break at its end would make it another. */
  const isCompared = (field: string) => /issuer|site_key/.test(field);

  test.each(TEXTS)('has no %s that nobody can read', (field, settingsOf) => {
    const unreadable = [' ', ' \t\n', '\u200b\u00a0', 'a\u0000b', 'a\u001b[1m', 'a\u0085', 'a\ud83d', '\udc00a'];
    for (const text of isCompared(field) ? [...unreadable, 'a\n'] : unreadable) {
      expect(faults(room, { id: 'a', ...settingsOf(text) }).map((fault) => fault.field)).toEqual([field]);
    }
    const several = faults(room, { id: 'a', ...settingsOf('a\n\tb') }).map((fault) => fault.field);
    expect(several).toEqual(/message|texts/.test(field) ? [] : [field]);
    for (const text of ['Größe 👩‍👩‍👧', 'ف\u200f!', ...(isCompared(field) ? [] : ['a\n'])]) {
      expect(faults(room, { id: 'a', ...settingsOf(text) })).toEqual([]);
    }
  });

  test('that an earlier version stored with control characters is shown without them', () => {
    const stored = { ...z.decode(room, { id: 'a' }), title: 'Spring\u000b sale\ud83d', message: 'a\u0000\nb' };
    const shown = z.encode(room, stored);
    expect(shown).toMatchObject({ title: 'Spring sale\ufffd', message: 'a\nb' });
    expect(faults(room, shown)).toEqual([]);
    expect(z.encode(room, { ...stored, title: ' ', message: '\u0000' })).toMatchObject({ title: ' ' });
  });

  test('that an earlier version stored with texts of spaces can be changed', () => {
    const stored = { ...z.decode(room, { id: 'a' }), title: ' ', message: '\u0000' };
    expect(faults(room, { ...roomForm(stored), mode: 'paused' })).toEqual([]);
    expect(z.decode(room, roomForm(stored))).toMatchObject({ title: 'a', message: null });
  });

  test.each([
    ['an id with capitals', { id: 'Spring' }, 'id'],
    ['an id that is too long', { id: 'a'.repeat(65) }, 'id'],
    ['no id', {}, 'id'],
    ['an unknown key', { id: 'a', colour: 'red' }, 'colour'],
    ['a nested unknown key', { id: 'a', admission: { lifetme: '10m' } }, 'admission.lifetme'],
    ['passes without a key', { id: 'a', passes: { issuer: 'x' } }, 'passes.secret'],
    ['passes without an issuer', { id: 'a', passes: { secret: 'x'.repeat(32) } }, 'passes.issuer'],
    ['passes with a short secret', { id: 'a', passes: { issuer: 'x', secret: 'x'.repeat(31) } }, 'passes.secret'],
    [
      'passes with two keys',
      { id: 'a', passes: { issuer: 'x', secret: 'x'.repeat(32), jwks_uri: 'https://a.example/jwks' } },
      'passes.secret',
    ],
    ['an origin with a path', { id: 'a', origins: ['https://a.example/'] }, 'origins[0]'],
    ['an origin in upper case', { id: 'a', origins: ['https://A.example'] }, 'origins[0]'],
    ['an origin that is a wildcard', { id: 'a', origins: ['*'] }, 'origins[0]'],
    ['an origin with a wildcard', { id: 'a', origins: ['https://*.a.example'] }, 'origins[0]'],
    ['a rate without a window', { id: 'a', limits: { joins_per_address: '60' } }, 'limits.joins_per_address'],
    ['a rate of no joins', { id: 'a', limits: { joins_per_address: '0/1m' } }, 'limits.joins_per_address'],
    ['a rate over a week', { id: 'a', limits: { joins_per_address: '9/168h' } }, 'limits.joins_per_address'],
    ['a capacity of nobody', { id: 'a', capacity: 0 }, 'capacity'],
    [
      'a provider without a secret',
      { id: 'a', challenge: { provider: 'turnstile', site_key: 'x' } },
      'challenge.secret',
    ],
    ['an unknown challenge', { id: 'a', challenge: 'sometimes' }, 'challenge'],
    ['a duration without a unit', { id: 'a', admission: { lifetime: '10' } }, 'admission.lifetime'],
    ['a duration that is a number', { id: 'a', admission: { lifetime: 10 } }, 'admission.lifetime'],
    ['a duration of nothing', { id: 'a', presence: { timeout: '0s' } }, 'presence.timeout'],
    ['a mode that is none', { id: 'a', mode: 'open' }, 'mode'],
    ['a size that is no whole number', { id: 'a', inlet: { strategy: 'manual', size: 1.5 } }, 'inlet.size'],
    ['max-size without a size', { id: 'a', inlet: { strategy: 'max-size' } }, 'inlet.size'],
    ['a size of 0', { id: 'a', inlet: { strategy: 'max-size', size: 0 } }, 'inlet.size'],
    ['a rate of less than nothing', { id: 'a', inlet: { strategy: 'rate', per_minute: -1 } }, 'inlet.per_minute'],
    [
      'a periodic inlet that ends before it starts',
      {
        id: 'a',
        inlet: {
          strategy: 'periodic',
          increment: 1,
          every: '1m',
          start: '2026-11-24T10:00:00Z',
          end: '2026-11-24T09:00:00Z',
        },
      },
      'inlet.end',
    ],
    [
      'an adaptive inlet whose most is less than its least',
      {
        id: 'a',
        inlet: {
          strategy: 'adaptive',
          min_per_minute: 60,
          max_per_minute: 6,
          target_latency: '1s',
          target_error_rate: 0.01,
        },
      },
      'inlet.max_per_minute',
    ],
    [
      'an event that ends before it starts',
      { id: 'a', events: [{ id: 'e', start: '2026-11-24T10:00:00Z', end: '2026-11-24T09:00:00Z' }] },
      'events[0].end',
    ],
    [
      'a prequeue after the start',
      {
        id: 'a',
        events: [{ id: 'e', prequeue_start: '2026-11-24T11:00:00Z', start: '2026-11-24T10:00:00Z' }],
      },
      'events[0].prequeue_start',
    ],
    [
      'events that overlap',
      {
        id: 'a',
        events: [
          { id: 'e', start: '2026-11-24T10:00:00Z', end: '2026-11-24T11:00:00Z' },
          { id: 'f', start: '2026-11-24T10:30:00Z' },
        ],
      },
      'events[1].prequeue_start',
    ],
    ['a time without an offset', { id: 'a', events: [{ id: 'e', start: '2026-11-24T10:00:00' }] }, 'events[0].start'],
    ['a return URL that is a script', { id: 'a', return_urls: ['javascript:alert(1)'] }, 'return_urls[0]'],
    ['a return URL with a query', { id: 'a', return_urls: ['https://a.example/?x=1'] }, 'return_urls[0]'],
    ['a return URL with a wildcard', { id: 'a', return_urls: ['https://a.example/*'] }, 'return_urls[0]'],
    ['a return URL of any host', { id: 'a', return_urls: ['https://*.a.example/'] }, 'return_urls[0]'],
    ['a return URL that never matches', { id: 'a', return_urls: ['https://a.example/..;/b'] }, 'return_urls[0]'],
  ])('with %s is refused by that name', (_, input, field) => {
    expect(faults(room, input).map((fault) => fault.field)).toEqual([field]);
  });

  test('with an unknown inlet is refused with the known ones', () => {
    expect(faults(room, { id: 'a', inlet: { strategy: 'lottery' } })).toEqual([
      { field: 'inlet.strategy', message: 'must be one of manual, periodic, rate, max-size, adaptive' },
    ]);
  });

  test.each<[unknown, field: string, message: string]>([
    [{ challenge: 'maybe' }, 'challenge', 'must be one of off, auto, always'],
    [{ challenge: { provider: 'turnstile' } }, 'challenge.site_key', 'is required'],
    [
      { challenge: { provider: 'captcha', site_key: 'a', secret: 'b' } },
      'challenge.provider',
      'must be one of turnstile, hcaptcha, recaptcha, friendly-captcha',
    ],
    [rule({ method: 'get' }), 'rules[0].match.method', `must be one of ${METHODS}`],
    [rule({ method: ['GET', 'get'] }), 'rules[0].match.method[1]', `must be one of ${METHODS}`],
    [rule({ path: [] }), 'rules[0].match.path', 'must have at least 1 entry'],
    [rule({ header: { 'a b': 'x' } }), 'rules[0].match.header.a b', 'can never match: this is no name of a header'],
    [{ lanes: { 'A B': 0.5 } }, 'lanes.A B', 'must be named by 1 to 32 of the characters a-z, 0-9 and -'],
    [{ title: '' }, 'title', 'must not be empty'],
    [{ title: 7 }, 'title', 'must be text or an object'],
    [{ title: { en: { text: 'Sale', dir: 'up' } } }, 'title.en.dir', 'must be one of ltr, rtl'],
    [{ message: { preset: 'late' } }, 'message.preset', `must be one of ${PRESETS}`],
    [{ legal: { help: 'help' } }, 'legal.help', 'must be an absolute http or https URL without a user name'],
    [{ admission: { lifetime: 600 } }, 'admission.lifetime', 'must be a duration such as 90s, 10m, 2h or 500ms'],
  ])('with %j is refused with what is accepted', (input, field, message) => {
    expect(faults(room, { id: 'a', ...(input as object) })).toEqual([{ field, message }]);
  });

  test('is refused with all its faults at once', () => {
    const input = { id: 'A', mode: 'x', message: 7, admission: { renew: 'yes' } };
    expect(
      faults(room, input)
        .map((fault) => fault.field)
        .sort(),
    ).toEqual(['admission.renew', 'id', 'message', 'mode']);
  });
});

describe('a relying party', () => {
  const least = { client_id: 'shop', room: 'sale', redirect_uris: ['https://shop.example/callback'] };

  test('is public without a secret, and has the login window of its profile by default', () => {
    expect(z.decode(relyingParty, least)).toEqual({
      ...least,
      profile: 'generic',
      post_logout_redirect_uris: [],
      login_window: 600_000,
      landing_url: null,
      initiate_login_uri: null,
      id_token_signed_response_alg: 'RS256',
      confirm_login: false,
      resources: [],
      backchannel_logout_uri: null,
      backchannel_logout_session_required: false,
    });
  });

  test('is the same after encoding and decoding', () => {
    const party = z.decode(relyingParty, { ...least, client_secret: 'change-me', login_window: '5m' });
    expect(z.decode(relyingParty, z.encode(relyingParty, party))).toEqual(party);
  });

  test.each(['https://a.example/cb?x=1', 'http://localhost:3001/cb', 'com.example.app:/cb'])(
    'accepts the redirect URI %s',
    (uri) => expect(faults(relyingParty, { ...least, redirect_uris: [uri] })).toEqual([]),
  );

  test('accepts any absolute URI without a fragment as a resource', () => {
    const resources = ['https://api.example/', 'urn:example:api', 'api.example', 'https://api.example/#part', ''];
    expect(faults(relyingParty, { ...least, resources }).map(({ field }) => field)).toEqual([
      'resources[2]',
      'resources[3]',
      'resources[4]',
    ]);
  });

  test.each([
    'https://a.example/cb#here',
    'https://a.example/cb#',
    '/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:secret@a.example/',
    ' https://a.example/',
  ])('is never answered at %s', (uri) => {
    expect(faults(relyingParty, { ...least, redirect_uris: [uri] })).toMatchObject([{ field: 'redirect_uris[0]' }]);
  });

  test.each([
    ['https://a.example/logout#here', ['backchannel_logout_uri']],
    ['/logout', ['backchannel_logout_uri']],
    ['https://a.example/logout?logout=backchannel', []],
  ])('accepts or refuses the back-channel logout URI %s', (backchannel_logout_uri, fields) => {
    const told = faults(relyingParty, { ...least, backchannel_logout_uri });
    expect(told.map((fault) => fault.field)).toEqual(fields);
  });

  test('that an earlier version stored is encoded with defaults for new fields', () => {
    const { backchannel_logout_uri: _, ...earlier } = z.decode(relyingParty, least);
    expect(z.encode(relyingParty, earlier)).toMatchObject({ backchannel_logout_uri: null });
  });

  test('requires a redirect URI, and a client id that needs no escaping', () => {
    const input = { ...least, client_id: 'a shop', redirect_uris: [] };
    expect(faults(relyingParty, input).map((fault) => fault.field)).toEqual(['client_id', 'redirect_uris']);
  });

  test('never has its secret in a fault', () => {
    const secret = 'søsecret';
    const told = JSON.stringify(faults(relyingParty, { ...least, client_secret: secret }));
    expect(told).toContain('client_secret');
    expect(told).not.toContain(secret);
  });
});

describe('a configuration file', () => {
  test('must not name a room or a relying party twice', () => {
    const party = { client_id: 'shop', room: 'elsewhere', redirect_uris: ['https://shop.example/'] };
    const input = { rooms: [{ id: 'a' }, { id: 'b' }, { id: 'a' }], relying_parties: [party, party] };
    expect(faults(settingsFile, input)).toEqual([
      { field: 'rooms[2].id', message: 'must be unique: it is used before' },
      { field: 'relying_parties[1].client_id', message: 'must be unique: it is used before' },
    ]);
  });

  test('may be empty', () => {
    expect(z.decode(settingsFile, {})).toEqual({ rooms: [], relying_parties: [] });
  });

  test('has a JSON Schema of its wire form', () => {
    const schema = z.toJSONSchema(settingsFile, { io: 'input' });
    expect(schema.$defs).toMatchObject({ Room: { required: ['id'], additionalProperties: false } });
  });
});
