/**
 * `npm test`: installs what the tests need, and meanwhile runs the linter, the compiler and the boundaries; then every
 * test. Each runs even if another fails, so that one run reports everything. Arguments go to vitest:
 * `npm test -- test/oidc`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { buildOptionalPrograms } from './optional-programs.ts';
import { findChromium, requirePrograms } from './programs.ts';
import { failedFiles, readResults, replaceResults } from './test-results.ts';

/** The test results, for scripts/count-results.ts. */
const RESULTS = 'test-output/results.json';
const AGAIN = 'test-output/again.json';
/** More than that, and it is no stall of the machine. */
const FILES_AGAIN = 5;

/** npm puts node_modules/.bin first on the PATH, with its own `node`. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  console.log(`\n> ${command} ${args.join(' ')}`);
  const child = spawn(command, args, { stdio: 'inherit', env });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command} did not start: ${error.message}`);
      resolve(false);
    });
    child.once('close', (status, signal) => {
      if (signal) console.error(`${command} was killed by ${signal}`);
      else if (status !== 0) console.error(`FAILED: ${command} ${args.join(' ')}`);
      resolve(status === 0);
    });
  });
}

/** Everything but the tests. */
async function check(): Promise<boolean> {
  const results = [
    await run('biome', ['check', '.']),
    await run('tsc', ['--noEmit']),
    await run('tsc', ['--project', 'tsconfig.browser.json']),
    await run('tsc', ['--project', 'tsconfig.panel.json']),
    await run('node', ['scripts/boundaries.ts']),
  ];
  return results.every(Boolean);
}

/**
 * Runs all tests. A few files that failed run once more when nothing else runs: a shared machine stalls for longer than
 * the times in a test, and a file that begins by planning its times cannot repeat one of its tests.
 */
async function test(args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  for (const file of [RESULTS, AGAIN]) rmSync(file, { force: true });
  mkdirSync('test-output', { recursive: true });
  const vitest = (into: string, files: readonly string[], variables = env) =>
    run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${into}`, ...files], variables);
  if (await vitest(RESULTS, args)) return true;
  const failed = existsSync(RESULTS) ? failedFiles(readResults(RESULTS)) : [];
  if (failed.length === 0 || failed.length > FILES_AGAIN) return false;
  console.error(`\nOnce more, with nothing beside them: ${failed.join(' ')}`);
  const passed = await vitest(AGAIN, failed, { ...env, TEST_WORKERS: '1' });
  if (existsSync(AGAIN)) {
    writeFileSync(RESULTS, JSON.stringify(replaceResults(readResults(RESULTS), readResults(AGAIN))));
  }
  return passed;
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`This is Node ${process.versions.node}. Run "npm test", which uses the Node of node_modules.`);
  process.exit(1);
}

const [isReady, isFine] = await Promise.all([requirePrograms(), check(), buildOptionalPrograms()]);
if (!isReady) process.exit(1);
const env = { ...process.env, CHROMIUM: findChromium() };
const passed = await test(process.argv.slice(2), env);
process.exit(isFine && passed ? 0 : 1);
