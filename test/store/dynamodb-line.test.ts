/** The line over DynamoDB does what the line does. Suites with crowds are left to the stores below: the server is slow. */
import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoOverEmbedded } from '#support/dynamo.ts';
import { describeConfirming } from './contract/confirming.ts';
import { arbitraryLossyCourse, arbitraryUndoneReset, withoutJumps } from './contract/courses.ts';
import { describeDiscarding } from './contract/discarding.ts';
import { describeEndings } from './contract/endings.ts';
import { describeLedgerVerbs } from './contract/ledger.ts';
import { describeLikeTheModel } from './contract/like-the-model.ts';
import { describeRestoring } from './contract/restoring.ts';
import type { Stores } from './contract/room-under-test.ts';
import type { Course } from './contract/steps.ts';

/** Without jumps of clocks. Only the ledger takes a claim back for good, where another line has the number. */
function asCalled(course: Course): Course {
  const { steps, ...of } = withoutJumps(course);
  const called = steps.map((step) =>
    step.verb === 'undoClaim' ? { ...step, input: { ...step.input, again: true } } : step,
  );
  return { ...of, steps: called };
}

describe('the line over DynamoDB, on the embedded store', () => {
  let opened: Awaited<ReturnType<typeof dynamoOverEmbedded>> | undefined;
  beforeAll(async () => {
    opened = await dynamoOverEmbedded({ budget: 60_000, onItsWay: 0 });
  });
  afterAll(() => opened?.close());

  const stores = (): Stores => {
    if (!opened) throw new Error('the store is not open');
    return { store: opened.store, second: opened.store };
  };
  describeConfirming(stores);
  describeDiscarding(stores);
  describeEndings(stores);
  describeLedgerVerbs(stores);
  describeRestoring(stores);
  describeLikeTheModel(stores, {
    runs: 100,
    courses: arbitraryLossyCourse.map(asCalled),
    undoneResets: arbitraryUndoneReset.map(asCalled),
  });
});
