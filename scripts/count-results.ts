/**
 * `node scripts/count-results.ts FILE`: prints "N passed, N failed" from vitest's JSON report. A test file that could
 * not run counts as one failure. Without results it exits with 1.
 */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const [file = 'test-output/results.json'] = process.argv.slice(2);

function read(): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    console.error(`No test results in ${file}: ${(error as Error).message}`);
    process.exit(1);
  }
}

const { numPassedTests, numFailedTests, testResults } = read();
const unrun = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
const failed = numFailedTests + unrun.length;
if (numPassedTests + failed === 0) {
  console.error(`No tests in ${file}.`);
  process.exit(1);
}
console.log(`${numPassedTests} passed, ${failed} failed`);
