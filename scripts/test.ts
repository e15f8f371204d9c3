/**
 * `npm test`: what the tests need, then the linter, the compiler, the boundaries and every test. Each runs even if
 * another fails, so that one run reports everything. Arguments go to vitest: `npm test -- test/oidc`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tryForOptionalPrograms } from './optional-programs.ts';
import { findChromium, requirePrograms } from './programs.ts';

/** Where the results of the tests are, for whoever counts them. */
const RESULTS = 'test-output/results.json';

/** Programs of node_modules/.bin are found because npm puts it first on the PATH, with its own `node`. */
function run(command: string, ...args: readonly string[]): boolean {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error) console.error(`${command} did not start: ${error.message}`);
  else if (signal) console.error(`${command} was ended by ${signal}`);
  return status === 0;
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`This is Node ${process.versions.node}; run it as "npm test", which brings its own.`);
  process.exit(1);
}

requirePrograms();
tryForOptionalPrograms();
const chromium = findChromium();
const env = { ...process.env, ...(chromium && { CHROMIUM: chromium }) };
rmSync(RESULTS, { force: true });
mkdirSync('test-output', { recursive: true });

const fine = [
  run('biome', 'check', '.'),
  run('tsc', '--noEmit'),
  run('tsc', '--project', 'tsconfig.browser.json'),
  run('node', 'scripts/boundaries.ts'),
  run(
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${RESULTS}`,
    ...process.argv.slice(2),
  ),
];
process.exit(fine.every(Boolean) ? 0 : 1);
