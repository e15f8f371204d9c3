/**
 * `node bench/proof-cost.ts`: the CPU hours of the proofs for 10,000 places, at the speeds of Node and OpenSSL on this
 * machine. Speeds are hashes by CPU time, so other load changes them little. It takes some ten seconds.
 */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { type Attack, cpuHours, hashesOf } from './measure/proof-work.ts';

/** CPU seconds of the measurement. */
const SECONDS = 3;
const BATCH = 5000;
/** Bytes of each hash but the first of a key. */
const KEY = 32;

const PLACES = 10_000;
const ATTACKS: readonly Attack[] = [
  { proofs: PLACES, addresses: 167, minutes: 1 },
  { proofs: PLACES, addresses: 1, minutes: 167 },
  { proofs: PLACES, addresses: 1, minutes: 15 },
  { proofs: PLACES, addresses: 1, minutes: 1 },
];

/** In millions a second. */
function speedOfNode(): number {
  let key: Buffer = Buffer.alloc(KEY, 1);
  let hashes = 0;
  const before = process.cpuUsage();
  for (;;) {
    for (let n = 0; n < BATCH; n++) key = hash('sha256', key, 'buffer');
    hashes += BATCH;
    const { user, system } = process.cpuUsage(before);
    if (user + system > SECONDS * 1e6) return hashes / (user + system);
  }
}

/** Null where OpenSSL is not installed. */
function speedOfOpenSsl(): number | null {
  try {
    const flags = ['speed', '-bytes', `${KEY}`, '-seconds', `${SECONDS}`, '-evp', 'sha256'];
    const text = execFileSync('openssl', flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [, thousands] = /^sha256\s+([\d.]+)k/m.exec(text) ?? [];
    return thousands === undefined ? null : Number(thousands) / 1000 / KEY;
  } catch {
    return null;
  }
}

const speeds = Object.entries({ Node: speedOfNode(), OpenSSL: speedOfOpenSsl() }).flatMap(([name, millions]) =>
  millions === null ? [] : [{ name, millions }],
);
for (const { name, millions } of speeds) console.log(`${name}: ${millions.toFixed(2)} million hashes a CPU second`);
for (const attack of ATTACKS) {
  const hashes = hashesOf(attack);
  const costs = speeds.map(({ name, millions }) => `${cpuHours(hashes, millions).toFixed(2)} CPU hours with ${name}`);
  console.log(
    `${attack.addresses} ${attack.addresses === 1 ? 'address' : 'addresses'}, ${attack.minutes} min: ${(hashes / 1e9).toFixed(2)}e9 hashes, ${costs.join(', ')}`,
  );
}
