/** Vitest's JSON report, as far as it is read here. */
import { readFileSync } from 'node:fs';

interface FileResults {
  /** The path of the file. */
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

export interface TestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly FileResults[];
}

/** Throws if there are none. */
export function readResults(file: string): TestResults {
  return JSON.parse(readFileSync(file, 'utf8')) as TestResults;
}

/** How many tests passed and failed. A file that could not run counts as one failure. */
export function countResults({ numPassedTests, numFailedTests, testResults }: TestResults) {
  const unrun = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numFailedTests + unrun.length };
}

export function failedFiles({ testResults }: TestResults): readonly string[] {
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** The results of a run, with those of a later run in place of what it says of the same files. */
export function replaceResults(first: TestResults, second: TestResults): TestResults {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  const testResults = first.testResults.map((file) => again.get(file.name) ?? file);
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  return { ...first, numPassedTests: count('passed'), numFailedTests: count('failed'), testResults };
}
