/** What docs/abuse.md says an attacker pays, from the difficulty and the allowances that the service has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MEAN_HASHES } from '#challenges/proof-of-work.ts';
import { WIDE } from '#waiting-room/entry/address-key.ts';
import { DEFAULT_LIMITS } from '#waiting-room/entry/entry-settings.ts';
import { cpuHours, hashesOf } from '../../bench/measure/proof-work.ts';

const doc = readFileSync(join(import.meta.dirname, '../../docs/abuse.md'), 'utf8');
const section = doc.slice(doc.indexOf('## What it costs an attacker'), doc.indexOf('### Why SHA-256'));
const PLACES = 10_000;
/** Million hashes a second of one core, as the section says. */
const [openSsl = 0, node = 0] = [/([\d.]+) million hashes a second with OpenSSL/, /and ([\d.]+) million with Node/].map(
  (pattern) => Number(pattern.exec(section.replaceAll('\n', ' '))?.[1]),
);

test('a proof takes as many hashes as the docs say', () => {
  expect(section).toContain(`${(Math.round(MEAN_HASHES / 1000) * 1000).toLocaleString('en')} hashes`);
});

describe('the proofs for 10,000 places cost what the docs say', () => {
  test.each([
    ['167 addresses, at once', { addresses: 167, minutes: 1 }],
    ['one address, in three hours', { addresses: 1, minutes: 180 }],
    ['one address, in 15 minutes', { addresses: 1, minutes: 15 }],
    ['one address, at once', { addresses: 1, minutes: 1 }],
  ])('%s', (name, spread) => {
    const hashes = hashesOf({ proofs: PLACES, ...spread });
    const [row = ''] = section.split('\n').filter((line) => line.startsWith(`| ${name} `));
    const cells = row.split('|').map((cell) => cell.trim());
    expect(cells.slice(2, 5)).toEqual([
      `${(hashes / 1e9).toFixed(1)} billion`,
      `${cpuHours(hashes, openSsl).toFixed(2)} CPU hours`,
      `${cpuHours(hashes, node).toFixed(1)} CPU hours`,
    ]);
  });
});

test('without proofs, they take as many addresses as the docs say', () => {
  const addresses = PLACES / DEFAULT_LIMITS.unproven_per_address;
  expect(section).toContain(`${addresses} addresses of ${addresses / WIDE} networks`);
});
