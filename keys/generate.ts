/**
 * `node keys/generate.ts [--out FILE] [--keep FILE]`: generates signing keys, followed by those of the file to keep.
 * `node keys/generate.ts rotate`: rotates the keys of a running service.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateJwks, parseJwks } from '../src/signing-keys/jwks.ts';
import { rotateKeys } from './rotate.ts';

if (process.argv[2] === 'rotate') {
  await rotateKeys(process.argv.slice(3));
  process.exit(0);
}

const { values } = parseArgs({ options: { out: { type: 'string' }, keep: { type: 'string' } } });

const fresh = await generateJwks();
const old = values.keep === undefined ? { keys: [] } : parseJwks(await readFile(values.keep, 'utf8'));
if ('refusal' in old) {
  console.error(`${values.keep} ${old.refusal}`);
  process.exit(1);
}

const written = `${JSON.stringify({ keys: [...fresh.keys, ...old.keys] }, null, 2)}\n`;
if (values.out === undefined) process.stdout.write(written);
else await writeFile(values.out, written, { mode: 0o600, flag: 'wx' });

console.error(`
New keys: ${fresh.keys.map(({ alg, kid }) => `${alg} ${kid}`).join(', ')}
Give the file to every process as JWKS_FILE, readable by its user only.
The first key of each algorithm signs. The others are published, so that tokens they signed stay valid.
To rotate them while the service runs: npm run keys -- rotate. See keys/README.md.`);
