import { expect, test } from 'vitest';
import { PROBLEM_CODES, problemAnswer } from '#http/problem.ts';
import { pages } from './pages.ts';

/** Lines of the guides and references that name a problem and its status, as in `403 \`forbidden\`` or a row of a table. */
const lines = [...pages].filter(([path]) => path.startsWith('docs/')).flatMap(([, page]) => page.split('\n'));

test.each(PROBLEM_CODES)('the documentation has the problem %s beside its status', (code) => {
  const status = String(problemAnswer(code).status);
  expect(lines.filter((line) => line.includes(`\`${code}\``) && line.includes(status))).not.toEqual([]);
});
