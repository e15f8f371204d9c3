import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '#config/config.ts';
import { ConfigError } from '#config/config-error.ts';
import { generateJwks } from '#signing-keys/jwks.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const load = (env: NodeJS.ProcessEnv = {}) => loadConfig(env, folder);

async function faults(env: NodeJS.ProcessEnv) {
  const error = await load(env).then(
    () => new Error('there was no fault'),
    (thrown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error;
  return error.faults;
}

const whereOf = async (env: NodeJS.ProcessEnv) => (await faults(env)).map(({ where }) => where);

async function file(name: string, text: string) {
  await writeFile(join(folder, name), text);
  return name;
}

describe('an empty environment', () => {
  test('gets a default for everything, and the demo', async () => {
    expect(await load()).toMatchObject({
      port: 3000,
      host: null,
      issuer: 'http://localhost:3000',
      settings: null,
      demo: true,
      shopPort: 3001,
      crowd: 40,
      dataDir: join(folder, 'data'),
      redisUrl: null,
      adminTokenFile: join(folder, 'keys/admin-token'),
      trustProxy: 0,
      drainDelay: 5000,
      keyRotation: 'default',
      configRevision: null,
      logLevel: 'warn',
      namedTokens: [],
      webhook: null,
    });
  });

  test('gets secrets that are generated once, stored, and readable by the owner only', async () => {
    const first = await load();
    expect(first.adminToken.length).toBeGreaterThanOrEqual(32);
    expect(first.jwks.keys.map(({ alg, use, d }) => [alg, use, typeof d])).toEqual([
      ['RS256', 'sig', 'string'],
      ['ES256', 'sig', 'string'],
      ['EdDSA', 'sig', 'string'],
    ]);
    expect(await load()).toEqual(first);

    const names = await readdir(join(folder, 'keys'));
    expect(names.sort()).toEqual(['admin-token', 'cookie-keys', 'jwks.json']);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
    for (const name of names) expect((await stat(join(folder, 'keys', name))).mode & 0o777).toBe(0o600);
  });

  test('gets the same secrets in processes that start at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => load()));
    expect(new Set(all.map((config) => JSON.stringify(config))).size).toBe(1);
  });

  test('gives a frozen configuration', async () => {
    const config = await load({ CONFIG: await file('a.yaml', 'rooms: [{ id: a }]') });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.settings?.rooms[0]?.admission)).toBe(true);
    expect(Object.isFrozen(config.jwks.keys[0])).toBe(true);
  });
});

describe('a variable that is set', () => {
  test('is used, and a secret that is set is not generated', async () => {
    const jwks = await generateJwks();
    const config = await load({
      PORT: '8080',
      HOST: '127.0.0.1',
      ISSUER: 'https://wait.example',
      DATA_DIR: '/var/lib/anteroom',
      REDIS_URL: 'rediss://one:6379,rediss://two:6379',
      ADMIN_TOKEN: 'let-me-in-please',
      ADMIN_TOKENS: 'alice:a-token-of-alice:1, bob:the-token-of-bob',
      METRICS_TOKEN: 'the-token-of-prometheus',
      AWS_API_CREDENTIALS: 'AKIDEXAMPLEEXAMPLE01:the+secret/of=one:key, AKIDEXAMPLEEXAMPLE02:the-secret-of-two',
      AWS_EVENT_BUS: 'line',
      AWS_EVENT_BUS_EVENTS: 'mode.changed',
      AWS_REGION: 'eu-west-1',
      AWS_SNS_TOPICS: 'arn:aws:sns:eu-west-1:123456789012:exits, arn:aws:sns:eu-west-1:123456789012:alarms.fifo',
      AWS_ENDPOINT_URL_SNS: 'http://localhost:4566',
      WEBHOOK_URL: 'https://hooks.example/anteroom?key=1',
      WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      WEBHOOK_EVENTS: 'draw.done, ticket.claimed',
      COOKIE_KEYS: 'a-key-of-sixteen-and-more, another-key-of-sixteen',
      JWKS_FILE: await file('jwks.json', JSON.stringify(jwks)),
      TRUST_PROXY: '10.0.0.0/8, 2001:db8::1',
      DRAIN_DELAY: '20s',
      CONFIG_REVISION: '17',
      KEY_ROTATION: '45d',
      ALLOW_PRIVATE_TARGETS: 'false',
      LOG_LEVEL: 'debug',
      SHOP_PORT: '8081',
      CROWD: '0',
    });
    expect(config).toEqual({
      adminOidc: null,
      smtp: null,
      push: null,
      traces: null,
      port: 8080,
      workers: 1,
      host: '127.0.0.1',
      dynamodb: null,
      issuer: 'https://wait.example',
      settings: null,
      demo: true,
      shopPort: 8081,
      crowd: 0,
      dataDir: '/var/lib/anteroom',
      redisUrl: 'rediss://one:6379,rediss://two:6379',
      adminToken: 'let-me-in-please',
      adminTokenFile: null,
      namedTokens: [
        { name: 'alice', token: 'a-token-of-alice:1' },
        { name: 'bob', token: 'the-token-of-bob' },
      ],
      metricsToken: 'the-token-of-prometheus',
      awsCredentials: [
        { accessKeyId: 'AKIDEXAMPLEEXAMPLE01', secretAccessKey: 'the+secret/of=one:key' },
        { accessKeyId: 'AKIDEXAMPLEEXAMPLE02', secretAccessKey: 'the-secret-of-two' },
      ],
      eventBus: { bus: 'line', types: ['mode.changed'] },
      sns: {
        topics: ['arn:aws:sns:eu-west-1:123456789012:exits', 'arn:aws:sns:eu-west-1:123456789012:alarms.fifo'],
        endpoint: 'http://localhost:4566',
      },
      webhook: {
        url: 'https://hooks.example/anteroom?key=1',
        keys: ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
        types: ['ticket.claimed', 'draw.done'],
      },
      cookieKeys: ['a-key-of-sixteen-and-more', 'another-key-of-sixteen'],
      jwks,
      trustProxy: ['10.0.0.0/8', '2001:db8::1'],
      drainDelay: 20_000,
      keyRotation: 45 * 24 * 3_600_000,
      configRevision: 17,
      allowPrivateTargets: false,
      logLevel: 'debug',
    });
    await expect(readdir(join(folder, 'keys'))).rejects.toThrow('ENOENT');
  });

  test.each<[written: string | undefined, hasFile: boolean, allowed: boolean]>([
    [undefined, false, true],
    [undefined, true, false],
    ['true', true, true],
    ['1', true, true],
    ['false', false, false],
    ['0', false, false],
  ])('ALLOW_PRIVATE_TARGETS is %s, and CONFIG %s: private targets are %s', async (written, hasFile, allowed) => {
    const config = await load({
      ...(written === undefined ? {} : { ALLOW_PRIVATE_TARGETS: written }),
      ...(hasFile ? { CONFIG: await file('anteroom.yaml', 'rooms: []') } : {}),
    });
    expect(config.allowPrivateTargets).toBe(allowed);
  });

  test('CONFIG brings the rooms and relying parties of the file, and no demo', async () => {
    const yaml = `
rooms:
  - { id: sale, inlet: { strategy: max-size, size: 5 }, admission: { lifetime: 90s } }
relying_parties:
  - { client_id: shop, client_secret: change-me, room: elsewhere, redirect_uris: [https://shop.example/cb] }
`;
    const { settings, demo } = await load({ CONFIG: await file('anteroom.yaml', yaml) });
    expect(demo).toBe(false);
    expect(settings?.rooms).toMatchObject([{ id: 'sale', title: 'sale', admission: { lifetime: 90_000 } }]);
    expect(settings?.relyingParties).toMatchObject([{ client_id: 'shop', room: 'elsewhere', login_window: 600_000 }]);
  });

  test('but empty counts as not set, as does an empty file', async () => {
    const config = await load({ CONFIG: await file('anteroom.yaml', '# nothing yet\n'), PORT: '', ADMIN_TOKEN: '' });
    expect(config.settings).toEqual({ rooms: [], relyingParties: [] });
    expect(config.port).toBe(3000);
    expect(config.adminToken).not.toBe('');
  });
});

describe('faults', () => {
  test('an ALLOW_PRIVATE_TARGETS that is neither true nor false is one', async () => {
    expect(await faults({ ALLOW_PRIVATE_TARGETS: 'yes' })).toEqual([
      { where: 'ALLOW_PRIVATE_TARGETS', message: 'must be true or false' },
    ]);
  });

  test('of the environment and of the file are reported at once, and nothing is written', async () => {
    const env = {
      PORT: '70000',
      ISSUER: 'wait.example',
      REDIS_URL: 'http://localhost',
      COOKIE_KEYS: 'short',
      TRUST_PROXY: 'maybe',
      LOG_LEVEL: 'loud',
      DYNAMODB_TABLE: 'a',
      JWKS_FILE: 'nowhere.json',
      CONFIG: await file('anteroom.yaml', 'rooms:\n  - id: Sale\n    admission:\n      lifetme: 10m\n'),
    };
    expect((await whereOf(env)).sort()).toEqual([
      'AWS_REGION',
      'COOKIE_KEYS',
      'DYNAMODB_TABLE',
      'ISSUER',
      'JWKS_FILE',
      'LOG_LEVEL',
      'PORT',
      'REDIS_URL',
      'TRUST_PROXY',
      'anteroom.yaml:2 rooms[0].id',
      'anteroom.yaml:4 rooms[0].admission.lifetme',
    ]);
    await expect(readdir(join(folder, 'keys'))).rejects.toThrow('ENOENT');
  });

  test('are one message, with a line each', async () => {
    await expect(load({ PORT: 'x', TRUST_PROXY: 'x' })).rejects.toThrow(
      'The configuration has 2 faults:\n' +
        '  PORT must be a port: a whole number from 0 to 65535\n' +
        '  TRUST_PROXY must be the number of proxies in front, from 0 to 16, or a comma-separated list of their addresses and CIDR ranges, such as 10.0.0.0/8,192.168.1.7',
    );
  });

  test.each([
    ['rooms: [', 'anteroom.yaml:'],
    ['rooms:\n  - id: a\n   id: b\n', 'anteroom.yaml:3'],
    ['rooms: []\nrooms: []\n', 'anteroom.yaml:2'],
    ['rooms: *nobody\n', 'anteroom.yaml'],
    ['- a list', 'anteroom.yaml:1'],
    ['rooms:\n  - { id: a }\n  - { id: a }\n', 'anteroom.yaml:3 rooms[1].id'],
  ])('of the file %j are told with their line', async (yaml, where) => {
    const told = await whereOf({ CONFIG: await file('anteroom.yaml', yaml) });
    expect(told[0]).toContain(where);
  });

  test('name a configuration file that does not exist', async () => {
    expect(await faults({ CONFIG: 'nowhere.yaml' })).toMatchObject([
      { where: 'CONFIG', message: expect.stringContaining('nowhere.yaml') },
    ]);
  });

  test.each([
    ['ftp://wait.example', 'must be an http or https URL'],
    ['https://wait.example?x', 'must have no query and no fragment'],
    ['https://wait.example/line?x', 'must have no query and no fragment'],
    ['https://wait.example/line#x', 'must have no query and no fragment'],
    ['https://u:p@wait.example', 'must have no user name and no password'],
    ['https://wait.example/', 'must not end with a slash'],
    ['https://wait.example/line/', 'must not end with a slash'],
    ['https://wait.example//line', 'must have no empty part in its path: write / once'],
    ['https://wait.example/a//line', 'must have no empty part in its path: write / once'],
    ['https://wait.example/a/../line', 'must have no part . or .. in its path'],
    ['https://wait.example/./line', 'must have no part . or .. in its path'],
    ['https://wait.example/..', 'must have no part . or .. in its path'],
    ['https://wait.example/%2e%2e/line', 'must have only letters, digits, -, ., _ and ~ in the parts of its path'],
    ['https://wait.example/line;a', 'must have only letters, digits, -, ., _ and ~ in the parts of its path'],
    ['https://wait.example/línea', 'must have only letters, digits, -, ., _ and ~ in the parts of its path'],
    ['https://wait.example\\line', 'must be written as https://wait.example/line'],
    ['https://Wait.example/line', 'must be written as https://wait.example/line'],
    ['https://wait.example:443/line', 'must be written as https://wait.example/line'],
  ])('the issuer cannot be %s', async (ISSUER, message) =>
    expect(await faults({ ISSUER })).toEqual([{ where: 'ISSUER', message }]),
  );

  test.each(['https://shop.example/line', 'http://localhost:8080/a/b-c.d_e~f', 'https://shop.example/Line'])(
    'the issuer can be %s',
    async (ISSUER) => expect(await load({ ISSUER })).toMatchObject({ issuer: ISSUER }),
  );

  test('never repeat a secret', async () => {
    const yaml =
      'relying_parties: [{ client_id: a b, client_secret: hushhush, room: a, redirect_uris: [x], y: hushhush }]';
    const env = {
      REDIS_URL: 'http://:hushhush@localhost',
      COOKIE_KEYS: 'hushhush',
      ADMIN_TOKEN: 'hushhush',
      CONFIG: await file('anteroom.yaml', yaml),
    };
    const told = JSON.stringify(await faults(env));
    for (const where of ['REDIS_URL', 'COOKIE_KEYS', 'ADMIN_TOKEN', 'client_id']) expect(told).toContain(where);
    expect(told).not.toContain('hushhush');
  });
});

describe('REDIS_URL, DATA_DIR and HOST', () => {
  test('with the faults of each are reported with all others, by name, before anything is written', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const env = { PORT: 'x', HOST: 'http://0.0.0.0', DATA_DIR: join(folder, 'a-file/data') };
    expect((await whereOf(env)).sort()).toEqual(['DATA_DIR', 'HOST', 'PORT']);
    expect((await whereOf({ PORT: 'x', REDIS_URL: 'redis://cache/abc' })).sort()).toEqual(['PORT', 'REDIS_URL']);
    expect(await readdir(folder)).toEqual(['a-file']);
  });

  test.each(['redis://cache/abc', 'redis://cache/1?cluster=true', 'redis://a,b/1', 'redis://cache?database=1'])(
    'REDIS_URL cannot be %s',
    async (REDIS_URL) => expect(await whereOf({ REDIS_URL })).toEqual(['REDIS_URL']),
  );

  test.each(['unix:///run/redis.sock', 'redis+sentinel://a,b/main', 'redis://cache?db=2'])(
    'REDIS_URL can be %s',
    async (REDIS_URL) => expect((await load({ REDIS_URL })).redisUrl).toBe(REDIS_URL),
  );

  test('DATA_DIR may be a folder that is still to be made, and is not checked with Redis', async () => {
    expect((await load({ DATA_DIR: join(folder, 'a/b') })).dataDir).toBe(join(folder, 'a/b'));
    await writeFile(join(folder, 'a-file'), '');
    await load({ DATA_DIR: join(folder, 'a-file'), REDIS_URL: 'redis://cache' });
    await expect(stat(join(folder, 'a'))).rejects.toThrow('ENOENT');
  });

  test.each(['http://localhost', 'localhost:80', '127.0.0.1:80', '256.0.0.1', '127.0.0', 'a b', '-a', '[::1]:80'])(
    'HOST cannot be %s',
    async (HOST) => expect(await whereOf({ HOST })).toEqual(['HOST']),
  );

  test.each([
    ['localhost', 'localhost'],
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['[::1]', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['node-1.internal', 'node-1.internal'],
  ])('HOST can be %s', async (HOST, host) => expect((await load({ HOST })).host).toBe(host));
});

describe('the file', () => {
  test('may use merge keys', async () => {
    const yaml = `
rooms:
  - &sale { id: sale, admission: { lifetime: 90s } }
  - { <<: *sale, id: encore }
`;
    const { settings } = await load({ CONFIG: await file('anteroom.yaml', yaml) });
    expect(settings?.rooms).toMatchObject([{ id: 'sale' }, { id: 'encore', admission: { lifetime: 90_000 } }]);
  });

  test('must be UTF-8', async () => {
    for (const bytes of [
      Buffer.from('rooms: [{ id: a, title: Caf\xe9 }]', 'latin1'),
      Buffer.from('rooms: []', 'utf16le'),
    ]) {
      await writeFile(join(folder, 'anteroom.yaml'), Buffer.concat([Buffer.from([0xff]), bytes]));
      expect(await faults({ CONFIG: 'anteroom.yaml' })).toMatchObject([
        { where: 'CONFIG', message: expect.stringContaining('UTF-8') },
      ]);
    }
  });

  test('has its duplicate ids reported with their lines, beside other faults', async () => {
    const yaml =
      'rooms:\n  - id: a\n  - id: b\n    mode: open\n  - id: a\nrelying_parties:\n  - client_id: s\n  - client_id: s\n';
    const told = await faults({ CONFIG: await file('anteroom.yaml', yaml), PORT: 'x' });
    expect(told).toEqual(
      expect.arrayContaining([
        { where: 'anteroom.yaml:5 rooms[2].id', message: 'must be unique: line 2 has it too' },
        { where: 'anteroom.yaml:8 relying_parties[1].client_id', message: 'must be unique: line 7 has it too' },
        { where: 'anteroom.yaml:4 rooms[1].mode', message: expect.any(String) },
        { where: 'PORT', message: expect.any(String) },
      ]),
    );
  });
});

describe('groups of a configuration file', () => {
  test.each([
    ['shares above 1', '  - { id: g, size: 5, rooms: { a: 0.7, b: 0.4 } }', 'groups[0].rooms'],
    ['no size', '  - { id: g, rooms: { a: 0.7 } }', 'groups[0].size'],
    ['a room with lanes', '  - { id: g, size: 5, rooms: { c: 0.7 } }', 'groups[0].rooms.c'],
    [
      'a room in two groups',
      '  - { id: g, size: 5, rooms: { a: 0.7 } }\n  - { id: h, size: 5, rooms: { a: 0.7 } }',
      'groups[1].rooms.a',
    ],
  ])('have a fault for %s, with its line', async (_, groups, field) => {
    const yaml = `rooms:\n  - id: a\n  - id: b\n  - { id: c, lanes: { members: 0.3 } }\ngroups:\n${groups}\n`;
    const told = await faults({ CONFIG: await file('anteroom.yaml', yaml) });
    expect(told.map(({ where }: { where: string }) => where)).toEqual([expect.stringMatching(/^anteroom.yaml:\d+ /)]);
    expect(told[0]?.where).toContain(` ${field}`);
  });
});

describe('TRUST_PROXY', () => {
  test.each([
    ['true', 1],
    ['1', 1],
    ['false', 0],
    ['0', 0],
    ['2', 2],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['192.168.1.7, fd00::/8,::1', ['192.168.1.7', 'fd00::/8', '::1']],
  ])('%s is %j', async (TRUST_PROXY, expected) => {
    expect((await load({ TRUST_PROXY })).trustProxy).toEqual(expected);
  });

  test.each([
    'yes',
    '17',
    '-1',
    '1.5',
    '1,2',
    'loopback',
    'proxy.internal',
    '10.0.0.0/33',
    '10.0.0/8',
    '::1/129',
    '10.0.0.1,',
    '10.0.0.0/8/8',
  ])('cannot be %s', async (TRUST_PROXY) => expect(await whereOf({ TRUST_PROXY })).toEqual(['TRUST_PROXY']));
});

describe('ADMIN_TOKEN', () => {
  test.each(['a', 'fifteen-letters', 'sixteen letters!', 'sixteen-lettérs!'])('cannot be "%s"', async (ADMIN_TOKEN) => {
    const message = 'must be at least 16 printable ASCII characters without a space';
    expect(await faults({ ADMIN_TOKEN })).toEqual([{ where: 'ADMIN_TOKEN', message }]);
  });

  test('cannot be a short one that is kept in the file either', async () => {
    const { adminTokenFile } = await load();
    await writeFile(String(adminTokenFile), 'short\n');
    const [fault, ...more] = await faults({});
    expect([fault?.where, more]).toEqual([adminTokenFile, []]);
    expect(fault?.message).toContain('at least 16 printable ASCII characters');
  });

  test('is kept in a file that the configuration names, unless it is set', async () => {
    expect((await load()).adminTokenFile).toBe(join(folder, 'keys/admin-token'));
    expect((await load({ ADMIN_TOKEN: 'sixteen-letters!' })).adminTokenFile).toBeNull();
  });
});

describe('AWS_API_CREDENTIALS', () => {
  test.each([
    ['a key without a secret', 'AKIDEXAMPLEEXAMPLE01'],
    ['a short secret', 'AKIDEXAMPLEEXAMPLE01:short-secret'],
    ['a short key id', 'AKID:the-secret-of-nobody-at-all'],
    ['a key twice', 'AKIDEXAMPLEEXAMPLE01:the-secret-of-the-one,AKIDEXAMPLEEXAMPLE01:the-secret-of-two'],
  ])('cannot be %s, and the fault does not repeat it', async (_, AWS_API_CREDENTIALS) => {
    const [fault, ...more] = await faults({ AWS_API_CREDENTIALS });
    expect([fault?.where, more]).toEqual(['AWS_API_CREDENTIALS', []]);
    expect(fault?.message).not.toContain('secret-of');
  });
});

describe('AWS_EVENT_BUS', () => {
  test.each([
    ['a URL', { AWS_EVENT_BUS: 'https://events.example', AWS_REGION: 'eu-west-1' }, 'AWS_EVENT_BUS'],
    ['a bus without a region', { AWS_EVENT_BUS: 'line' }, 'AWS_REGION'],
  ])('cannot be %s', async (_, env, where) => {
    expect((await faults(env)).map((fault) => fault.where)).toEqual([where]);
  });

  test('may be an ARN, and the region may come from a profile', async () => {
    const AWS_EVENT_BUS = 'arn:aws:events:eu-west-1:123456789012:event-bus/stack-WaitingRoomEventBus';
    expect((await load({ AWS_EVENT_BUS, AWS_PROFILE: 'sale' })).eventBus?.bus).toBe(AWS_EVENT_BUS);
  });
});

describe('KEYS_SECRET_ID', () => {
  const AWS_REGION = 'eu-west-1';
  const withSecret = (text: string, env: NodeJS.ProcessEnv = {}) =>
    loadConfig({ KEYS_SECRET_ID: 'stack/jwk-private', AWS_REGION, ...env }, folder, undefined, async (id) => {
      if (id === 'stack/jwk-private') return text;
      throw Object.assign(new Error(`no secret ${id}: ${text}`), { name: 'ResourceNotFoundException' });
    });
  const faultsOf = async (...given: Parameters<typeof withSecret>) => {
    const refused = await withSecret(...given).then(
      () => null,
      (error: ConfigError) => error,
    );
    return refused?.faults;
  };

  test('names a secret with a JWK Set, and no key is generated', async () => {
    const keys = await generateJwks();
    expect((await withSecret(JSON.stringify(keys))).jwks).toEqual(keys);
    expect(existsSync(join(folder, 'keys/jwks.json'))).toBe(false);
  });

  test("names a secret with one key, as AWS's solution keeps it", async () => {
    const [rsa] = (await generateJwks()).keys;
    const { use: _, ...key } = rsa ?? {};
    expect((await withSecret(JSON.stringify(key))).jwks).toEqual({ keys: [key] });
  });

  test.each([
    ['cannot be a file too', '{}', { JWKS_FILE: 'jwks.json' }, 'must not be set with JWKS_FILE'],
    ['must exist', 'x', { KEYS_SECRET_ID: 'other' }, 'the secret other cannot be read (ResourceNotFoundException)'],
    ['must be JSON', 'the-secret', {}, 'is not JSON'],
    ['must have private keys', '{"kty":"RSA","n":"the-secret","e":"AQAB"}', {}, 'private keys only'],
    ['must be named', '{}', { KEYS_SECRET_ID: 'a b' }, 'must be the name or ARN'],
  ])('%s, and no fault repeats it', async (_, text, env, message) => {
    const [fault, ...more] = (await faultsOf(text, env)) ?? [];
    expect([fault?.where, more]).toEqual(['KEYS_SECRET_ID', []]);
    expect(fault?.message).toContain(message);
    expect(fault?.message).not.toContain('the-secret');
  });

  test('needs a region', async () => {
    expect((await faultsOf('{}', { AWS_REGION: '' }))?.map(({ where }) => where)).toContain('AWS_REGION');
  });
});

describe('AWS_SNS_TOPICS', () => {
  test.each([
    ['a name', 'exits'],
    ['a topic of no account', 'arn:aws:sns:eu-west-1::exits'],
    ['something else', 'arn:aws:sqs:eu-west-1:123456789012:exits'],
    ['a topic and nothing', 'arn:aws:sns:eu-west-1:123456789012:exits,'],
  ])('cannot be %s', async (_, AWS_SNS_TOPICS) => {
    const [fault, ...more] = await faults({ AWS_SNS_TOPICS });
    expect([fault?.where, more]).toEqual(['AWS_SNS_TOPICS', []]);
  });
});

describe('ADMIN_TOKENS', () => {
  test('may have roles', async () => {
    const { namedTokens } = await load({
      ADMIN_TOKENS: 'vera:viewer:the-token-of-vera, otto:operator:the-token-of-otto,alice:a-token-of-alice',
    });
    expect(namedTokens).toEqual([
      { name: 'vera', role: 'viewer', token: 'the-token-of-vera' },
      { name: 'otto', role: 'operator', token: 'the-token-of-otto' },
      { name: 'alice', token: 'a-token-of-alice' },
    ]);
  });

  test.each([
    ['alice', 'entry 1'],
    ['alice:a-token-of-alice,bob:', 'entry 2'],
    ['al ice:a-token-of-alice', 'entry 1'],
    ['alice:a token of alice', 'entry 1'],
    ['alice:short', 'alice'],
    ['alice:a-token-of-alice,alice:another-of-alice', 'alice'],
    ['alice:one-token-for-two,bob:one-token-for-two', 'bob'],
    ['admin:a-token-of-admin', 'admin'],
    ['anteroom:a-token-of-itself', 'anteroom'],
    ['anonymous:a-token-of-nobody', 'anonymous'],
    ['alice:the-token-of-admin', 'ADMIN_TOKEN'],
    ['alice:a-token-of-alice,bob:Viewer:a-token-of-bob', 'bob'],
    ['bob:viewr:a-token-of-bob', 'roles viewer, operator and owner'],
    ['bob:read-only:a-token-of-bob', 'roles viewer, operator and owner'],
    ['bob:VIEWER:a-token-of-bob', 'roles viewer, operator and owner'],
    ['bob::a-token-of-bob', 'roles viewer, operator and owner'],
  ])('cannot be %s', async (ADMIN_TOKENS, named) => {
    const [fault, ...more] = await faults({ ADMIN_TOKENS, ADMIN_TOKEN: 'the-token-of-admin' });
    expect([fault?.where, more]).toEqual(['ADMIN_TOKENS', []]);
    expect(fault?.message).toContain(named);
    for (const secret of ['token-of', 'short:', 'one-token']) expect(fault?.message).not.toContain(secret);
  });
});

describe('the webhook', () => {
  const url = 'https://hooks.example/';
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

  test('gets all events but those about single visitors, unless WEBHOOK_EVENTS says otherwise', async () => {
    const typesOf = async (WEBHOOK_EVENTS: string) =>
      (await load({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret, WEBHOOK_EVENTS })).webhook?.types;
    const usual = await typesOf('');
    expect(usual).toContain('counter.raised');
    expect(usual).toContain('operator.acted');
    expect(usual).not.toContain('ticket.issued');
    expect(await typesOf('default')).toEqual(usual);
    expect(await typesOf('default,admission.ended')).toHaveLength((usual?.length ?? 0) + 1);
    expect(await typesOf('all')).toEqual(expect.arrayContaining([...(usual ?? []), 'ticket.issued']));
  });

  test('has a fault with the new name of a renamed event', async () => {
    const env = { WEBHOOK_URL: url, WEBHOOK_SECRET: secret, WEBHOOK_EVENTS: 'default,session.updated' };
    expect(await faults(env)).toEqual([
      { where: 'WEBHOOK_EVENTS', message: 'must not name session.updated: it is now admission.ended' },
    ]);
  });

  test('accepts secrets with and without the prefix, and several of them', async () => {
    const { webhook } = await load({ WEBHOOK_URL: url, WEBHOOK_SECRET: `${secret.slice(6)}, ${secret}` });
    expect(webhook?.keys).toEqual([secret.slice(6), secret.slice(6)]);
  });

  test.each([
    ['WEBHOOK_SECRET', { WEBHOOK_URL: url }],
    ['WEBHOOK_SECRET', { WEBHOOK_URL: url, WEBHOOK_SECRET: 'hushhush' }],
    ['WEBHOOK_SECRET', { WEBHOOK_URL: url, WEBHOOK_SECRET: `whsec_${'hush hush '.repeat(5)}` }],
    ['WEBHOOK_URL', { WEBHOOK_URL: 'ftp://hooks.example/hushhush', WEBHOOK_SECRET: secret }],
    ['WEBHOOK_URL', { WEBHOOK_URL: 'https://u:hushhush@hooks.example/', WEBHOOK_SECRET: secret }],
    ['WEBHOOK_EVENTS', { WEBHOOK_URL: url, WEBHOOK_SECRET: secret, WEBHOOK_EVENTS: 'ticket.issued,ticket.lost' }],
  ])('reports faults of %s by name, without the value', async (where, env) => {
    expect(await whereOf(env)).toEqual([where]);
    expect(JSON.stringify(await faults(env))).not.toContain('hush');
  });
});

describe('JWKS_FILE', () => {
  const faultOf = async (text: string) => (await faults({ JWKS_FILE: await file('jwks.json', text) }))[0]?.message;

  test('must be JSON', async () => expect(await faultOf('keys:')).toBe('is not JSON'));

  test('must be a JWK Set', async () => expect(await faultOf('{"kid":"a"}')).toContain('is not a JWK Set'));

  test('must contain private keys only', async () => {
    const [rsa] = (await generateJwks()).keys;
    const { kty, n, e } = rsa ?? {};
    expect(await faultOf(JSON.stringify({ keys: [rsa, { kty, n, e }] }))).toContain(
      'private keys only: keys[1] is not one',
    );
  });

  test('must contain a key for RS256', async () => {
    const keys = (await generateJwks()).keys.filter(({ alg }) => alg === 'ES256');
    expect(await faultOf(JSON.stringify({ keys }))).toBe('must contain a private RS256 key');
  });
});

test('a damaged secret in keys/ is a fault that names its file', async () => {
  await load();
  await writeFile(join(folder, 'keys/jwks.json'), '{');
  expect(await faults({})).toEqual([
    { where: join(folder, 'keys/jwks.json'), message: 'is not JSON. Repair it, or set JWKS_FILE instead' },
  ]);
  expect(await readFile(join(folder, 'keys/jwks.json'), 'utf8')).toBe('{');
});
