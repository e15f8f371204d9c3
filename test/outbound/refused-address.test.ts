import { expect, test } from 'vitest';
import { isRefusedAddress, isRefusedHost } from '#outbound/refused-address.ts';

test.each([
  ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '169.254.0.1', '169.254.169.254', '169.254.170.2'],
  ...['100.100.100.200', '192.0.0.192', '168.63.129.16'],
  ...['::', '::1', 'fe80::1', 'febf:ffff::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::ffff:0.0.0.0', '::127.0.0.1', '::a9fe:a9fe'],
  ...['224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1', '::ffff:224.0.0.1'],
  ...['2001:0:7f00:1::', '64:ff9b:1:a9fe:a9:fe00::', '64:ff9b:1:ffff::1'],
  ...['::ffff:0:127.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2002:a9fe:a9fe::1'],
])('%s is refused', (address) => {
  expect(isRefusedAddress(address)).toBe(true);
});

test.each([
  ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '203.0.113.7', '1.1.1.1', '128.0.0.1', '126.255.255.255'],
  ...['169.253.0.1', '169.255.0.1', '100.100.100.201'],
  ...[
    '2001:db8::1',
    '2001:1::1',
    'fd00::1',
    'fd00:ec3::254',
    'fec0::1',
    '::ffff:10.0.0.1',
    '64:ff9b::1.1.1.1',
    '2002:a00:1::1',
  ],
])('%s is accepted: private networks hold the site itself', (address) => {
  expect(isRefusedAddress(address)).toBe(false);
});

test.each([
  ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0177.0.0.1/', 'http://127.1/'],
  ...['http://0/', 'http://169.254.169.254/latest/meta-data/', 'http://0xa9fea9fe/', 'http://[::1]:9090/'],
  ...['http://[::ffff:169.254.169.254]/', 'http://[fe80::1]/', 'http://[0:0:0:0:0:0:0:1]/', 'http://[::]/'],
  ...[
    'http://localhost/',
    'https://LOCALHOST:8443/',
    'http://localhost./',
    'http://a.localhost/',
    'http://１２７.０.０.１/',
  ],
])('the host of %s is refused', (url) => {
  expect(isRefusedHost(new URL(url))).toBe(true);
});

test.each([
  'https://shop.example/',
  'http://10.0.0.7/',
  'http://[2001:db8::1]/',
  'http://localhost.example/',
  'http://mylocalhost/',
])('the host of %s is accepted', (url) => {
  expect(isRefusedHost(new URL(url))).toBe(false);
});
