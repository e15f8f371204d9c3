import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '#store/redis/address.ts';

const single = { cluster: false, tls: false, db: 0 };

describe('a Redis URL', () => {
  it('names one Redis', () => {
    expect(parseRedisUrl('redis://cache')).toEqual({ ...single, nodes: [{ host: 'cache', port: 6379 }] });
    expect(parseRedisUrl('redis://[::1]:7000/3')).toEqual({ ...single, nodes: [{ host: '::1', port: 7000 }], db: 3 });
  });

  it('carries a name and a password, and asks for TLS', () => {
    expect(parseRedisUrl('rediss://me:p%40ss%2Fword@cache:6380')).toEqual({
      ...single,
      nodes: [{ host: 'cache', port: 6380 }],
      tls: true,
      username: 'me',
      password: 'p@ss/word',
    });
    expect(parseRedisUrl('redis://:word@cache')).toEqual({
      ...single,
      nodes: [{ host: 'cache', port: 6379 }],
      password: 'word',
    });
  });

  it('is a cluster where it says so, or is a list', () => {
    expect(parseRedisUrl('redis://cache:7000?cluster=true')).toMatchObject({ cluster: true });
    expect(parseRedisUrl('redis://cache:7000?cluster=false')).toMatchObject({ cluster: false });
    expect(parseRedisUrl('rediss://:word@a:7000, rediss://b:7001,c')).toEqual({
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
        { host: 'c', port: 6379 },
      ],
      cluster: true,
      tls: true,
      password: 'word',
      db: 0,
    });
  });

  it('names a database in its path or its query', () => {
    expect(parseRedisUrl('redis://cache?db=2')).toMatchObject({ db: 2 });
    expect(parseRedisUrl('redis://cache/2?db=2')).toMatchObject({ db: 2 });
    expect(parseRedisUrl('redis://cache?cluster=1')).toMatchObject({ cluster: true });
  });

  it('names sentinels and the primary they know', () => {
    const url = 'rediss+sentinel://me:word@a,b:26380/shop-primary/3?sentinel_username=guard&sentinel_password=pass';
    expect(parseRedisUrl(url)).toEqual({
      nodes: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 26380 },
      ],
      cluster: false,
      tls: true,
      username: 'me',
      password: 'word',
      db: 3,
      sentinel: { name: 'shop-primary', username: 'guard', password: 'pass' },
    });
    expect(parseRedisUrl('redis+sentinel://a/main?db=1')).toMatchObject({
      db: 1,
      tls: false,
      sentinel: { name: 'main' },
    });
  });

  it('names a Unix socket', () => {
    expect(parseRedisUrl('unix:///run/my%20redis.sock?db=4&password=word')).toEqual({
      ...single,
      nodes: [],
      socket: '/run/my redis.sock',
      password: 'word',
      db: 4,
    });
  });

  it.each([
    'redis://:sesame@cache/abc',
    'redis://:sesame@cache/-1',
    'redis://:sesame@cache/1/2',
    'redis://:sesame@cache/1?db=2',
    'redis://:sesame@cache?db=two',
    'redis://:sesame@cache?database=2',
    'redis://:sesame@cache?cluster=yes',
    'redis://:sesame@cache?cluster=true&db=1',
    'redis://:sesame@a,b/1',
    'redis://:sesame@a,rediss://b',
    'redis://:ses%ame@cache',
    'redis://cache#:sesame',
    'redis+sentinel://:sesame@a,b',
    'redis+sentinel://:sesame@a/main/x',
    'redis+sentinel://:sesame@a/main,b',
    'unix://',
    'unix://run/redis.sock?password=sesame',
    'unix:///run/redis.sock,unix:///run/b.sock',
    '',
    'cache:6379',
    'http://:sesame@cache',
    'redis://',
    'redis://:sesame@',
    'redis://:sesame@cache/x',
    'redis://:sesame@a/1,b',
  ])('is refused where it makes no sense, and not repeated: %s', (url) => {
    let refusal: unknown;
    try {
      parseRedisUrl(url);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Error);
    expect((refusal as Error).message).toMatch(/^must /);
    expect(inspect(refusal)).not.toContain('sesame');
  });
});
