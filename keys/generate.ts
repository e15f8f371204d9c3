/**
 * `node keys/generate.ts [--out FILE] [--keep FILE]`: generates signing keys, followed by those of the file to keep.
 * `node keys/generate.ts rotate`: rotates the keys of a running service.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateJwks, parseJwks } from '../src/signing-keys/jwks.ts';
import { ROTATE_USAGE, rotateKeys } from './rotate.ts';

const USAGE = `npm run keys -- [--out FILE] [--keep FILE]
  --out FILE    the file to create; without it, the keys are printed
  --keep FILE   keys that are published too, so that tokens they signed stay valid

${ROTATE_USAGE}`;

async function generate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { out: { type: 'string' }, keep: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(USAGE);
  const fresh = await generateJwks();
  const old = values.keep === undefined ? { keys: [] } : parseJwks(await readFile(values.keep, 'utf8'));
  if ('refusal' in old) throw new Error(`${values.keep} ${old.refusal}`);

  const written = `${JSON.stringify({ keys: [...fresh.keys, ...old.keys] }, null, 2)}\n`;
  if (values.out === undefined) process.stdout.write(written);
  else await writeFile(values.out, written, { mode: 0o600, flag: 'wx' });

  console.error(`
New keys: ${fresh.keys.map(({ alg, kid }) => `${alg} ${kid}`).join(', ')}
Give the file to every process as JWKS_FILE, readable by its user only.
The first key of each algorithm signs. The others are published, so that tokens they signed stay valid.
To rotate them while the service runs: npm run keys -- rotate. See keys/README.md.`);
}

const [command, ...rest] = process.argv.slice(2);
await (command === 'rotate' ? rotateKeys(rest) : generate(process.argv.slice(2))).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
