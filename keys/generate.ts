/** `node keys/generate.ts [--out FILE] [--keep FILE]`: generates signing keys, followed by those of the file to keep. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateJwks, parseJwks } from '../src/config/jwks.ts';

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
To rotate: make a set with --keep CURRENT, start every process with it, and remove the old keys
once the longest admission that began before is over. See keys/README.md.`);
