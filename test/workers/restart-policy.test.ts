import { expect, test } from 'vitest';
import { type AfterEnd, afterEnd, type EndedWorker, SHORT_LIFE } from '../../src/workers/restart-policy.ts';

const FAILED: EndedWorker = { lived: 500, isOrderly: false, hasListened: true, failures: 0 };

test.each<[string, Partial<EndedWorker>, AfterEnd]>([
  ['starts at once after an orderly end', { isOrderly: true, failures: 3 }, { step: 'restart', pause: 0, failures: 0 }],
  ['starts at once after a long life', { lived: SHORT_LIFE, failures: 3 }, { step: 'restart', pause: 0, failures: 0 }],
  ['waits after a short life', {}, { step: 'restart', pause: 250, failures: 1 }],
  ['waits longer after another one', { failures: 3 }, { step: 'restart', pause: 2000, failures: 4 }],
  ['is not tried a sixth time', { failures: 4 }, { step: 'give up' }],
  ['is not tried again where no worker ever listened', { hasListened: false }, { step: 'give up' }],
])('a worker %s', (_, end, expected) => {
  expect(afterEnd({ ...FAILED, ...end })).toEqual(expected);
});
