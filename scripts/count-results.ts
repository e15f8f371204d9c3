/** `node scripts/count-results.ts FILE`: prints "N passed, N failed" of test results. Without any it exits with 1. */
import { countResults, readResults, type TestResults } from './test-results.ts';

const [file = 'test-output/results.json'] = process.argv.slice(2);

function read(): TestResults {
  try {
    return readResults(file);
  } catch (error) {
    console.error(`No test results in ${file}: ${(error as Error).message}`);
    process.exit(1);
  }
}

const { passed, failed } = countResults(read());
if (passed + failed === 0) {
  console.error(`No tests in ${file}.`);
  process.exit(1);
}
console.log(`${passed} passed, ${failed} failed`);
