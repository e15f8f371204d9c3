import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createClientAddress, createUntrustedForwarding, type TrustProxy } from '#http/client-address.ts';

const request = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

test.each<[TrustProxy, string, string | undefined, string]>([
  // Without a trusted proxy, the header is not read.
  [0, '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  [0, '::ffff:203.0.113.9', undefined, '203.0.113.9'],
  // One proxy: the last address, which the proxy appended. A client may send what it likes in front.
  [1, '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  [1, '10.0.0.1', '192.0.2.66, 198.51.100.1', '198.51.100.1'],
  [1, '10.0.0.1', undefined, '10.0.0.1'],
  [2, '10.0.0.1', '192.0.2.66, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
  [2, '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  // Ranges: the first address from the right that is in none.
  [['10.0.0.0/8', '2001:db8::1'], '10.0.0.1', '192.0.2.66, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
  [['10.0.0.0/8', '2001:db8::1'], '2001:db8::1', '198.51.100.1', '198.51.100.1'],
  [['10.0.0.0/8'], '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  [['10.0.0.0/8'], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  // Azure's Application Gateway appends ports.
  [1, '10.0.0.1', '198.51.100.1:50123', '198.51.100.1'],
  [1, '10.0.0.1', '[2001:DB8::5]:50123', '2001:db8::5'],
  // What is no address counts as the proxy's.
  [1, '10.0.0.1', '<script>', '10.0.0.1'],
  [['10.0.0.0/8'], '10.0.0.1', 'unknown', '10.0.0.1'],
  [1, '10.0.0.1', ', ,', '10.0.0.1'],
])(
  'with TRUST_PROXY %j, a request from %s with X-Forwarded-For %j comes from %4$s',
  (trust, remote, forwarded, from) => {
    expect(createClientAddress(trust)(request(remote, forwarded))).toBe(from);
  },
);

test('a request whose client has gone has no known address', () => {
  expect(createClientAddress(1)(request(undefined, '198.51.100.1'))).toBe('unknown');
});

test.each<[TrustProxy, string | undefined, string]>([
  [0, undefined, ''],
  [0, '198.51.100.1', '198.51.100.1'],
  [0, '192.0.2.66, 198.51.100.1', '192.0.2.66, 198.51.100.1'],
  [1, '198.51.100.1', ''],
  [1, '192.0.2.66, 198.51.100.1', '192.0.2.66'],
  [2, '192.0.2.66, 198.51.100.1, 10.0.0.2', '192.0.2.66'],
  [3, '198.51.100.1', ''],
  [['10.0.0.0/8'], '192.0.2.66, 198.51.100.1, 10.9.9.9', '192.0.2.66'],
])('with TRUST_PROXY %j, the part of %j that no trusted proxy wrote is %j', (trustProxy, forwarded, untrusted) => {
  expect(createUntrustedForwarding(trustProxy)(request('10.0.0.1', forwarded))).toBe(untrusted);
});
