/**
 * `npm test`: installs what the tests need, then runs the linter, the compiler, the boundaries and every test. Each
 * runs even if another fails, so that one run reports everything. Arguments go to vitest: `npm test -- test/oidc`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { buildOptionalPrograms } from './optional-programs.ts';
import { findChromium, requirePrograms } from './programs.ts';

/** The test results, for scripts/count-results.ts. */
const RESULTS = 'test-output/results.json';

/** npm puts node_modules/.bin first on the PATH, with its own `node`. */
function run(command: string, ...args: readonly string[]): boolean {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error) console.error(`${command} did not start: ${error.message}`);
  else if (signal) console.error(`${command} was killed by ${signal}`);
  return status === 0;
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`This is Node ${process.versions.node}. Run "npm test", which uses the Node of node_modules.`);
  process.exit(1);
}

requirePrograms();
await buildOptionalPrograms();
const env = { ...process.env, CHROMIUM: findChromium() };
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
