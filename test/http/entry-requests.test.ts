import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createClientAddress, type TrustProxy } from '#http/client-address.ts';
import { createEntryRequests } from '#http/entry-requests.ts';

const request = (headers: Record<string, string> = {}) =>
  ({ headers, socket: { remoteAddress: '10.0.0.1' } }) as unknown as IncomingMessage;

function requestsOf(trustProxy: TrustProxy) {
  const warnings: string[] = [];
  const requestOf = createEntryRequests({
    clientAddress: createClientAddress(trustProxy),
    addressKey: () => 'address',
    trustProxy,
    log: { warn: (_, message) => void warnings.push(message) },
  });
  return { requestOf, warnings };
}

test('the log says once that a proxy is not trusted, since all its clients count as one address', () => {
  const { requestOf, warnings } = requestsOf(0);
  requestOf(request());
  expect(warnings).toEqual([]);
  for (const client of ['192.0.2.1', '192.0.2.2']) requestOf(request({ 'x-forwarded-for': client }));
  expect(warnings).toEqual([expect.stringContaining('TRUST_PROXY is not set')]);
});

test.each<[string, TrustProxy]>([
  ['a number of hops', 1],
  ['a list of networks', ['10.0.0.0/8']],
])('with %s in TRUST_PROXY the log says nothing', (_, trustProxy) => {
  const { requestOf, warnings } = requestsOf(trustProxy);
  requestOf(request({ 'x-forwarded-for': '192.0.2.1' }));
  expect(warnings).toEqual([]);
});
