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

  it.each([
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
    expect(inspect(refusal)).not.toContain('sesame');
  });
});
