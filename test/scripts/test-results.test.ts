import { describe, expect, test } from 'vitest';
import { countResults, failedFiles, replaceResults, type TestResults } from '../../scripts/test-results.ts';

const file = (name: string, ...tests: readonly string[]) => ({
  name,
  status: tests.includes('failed') || tests.length === 0 ? 'failed' : 'passed',
  assertionResults: tests.map((status) => ({ status })),
});

function results(...testResults: readonly ReturnType<typeof file>[]): TestResults {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string) => all.filter((each) => each.status === status).length;
  return { numPassedTests: count('passed'), numFailedTests: count('failed'), testResults };
}

const first = results(file('a', 'passed', 'failed'), file('b', 'passed', 'skipped'), file('c'));

describe('test results', () => {
  test('count a file that could not run as one failure, and no skipped test', () => {
    expect(countResults(first)).toEqual({ passed: 2, failed: 2 });
  });

  test('name the files that failed', () => {
    expect(failedFiles(first)).toEqual(['a', 'c']);
  });

  test.each([
    ['nothing fails any more', results(file('a', 'passed', 'passed'), file('c', 'passed')), { passed: 4, failed: 0 }],
    ['one still fails', results(file('a', 'failed', 'passed'), file('c', 'passed')), { passed: 3, failed: 1 }],
    ['another one fails', results(file('a', 'failed', 'failed'), file('c', 'passed')), { passed: 2, failed: 2 }],
    ['a file still cannot run', results(file('a', 'passed', 'passed'), file('c')), { passed: 3, failed: 1 }],
    ['a file did not run again', results(file('a', 'passed', 'passed')), { passed: 3, failed: 1 }],
  ])('count the second run of a file only: %s', (_, second, counted) => {
    expect(countResults(replaceResults(first, second))).toEqual(counted);
  });
});
