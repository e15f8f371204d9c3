import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineView } from '#support/line-view.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { createTime, type Time } from '#support/time.ts';
import { createMeasurements, type Measurements } from '#waiting-room/time-series/index.ts';
import { freshId } from '../../store/contract/room-under-test.ts';

let opened: OpenedStore;
let time: Time;

beforeAll(async () => {
  opened = await embeddedStore();
});
afterAll(() => opened.close());

/** Those of one process. */
function measurementsOf(): Measurements {
  time ??= createTime();
  return createMeasurements({ store: opened.store, now: time.now, emit: () => undefined, isAtRest: () => false });
}

test('every process learns when an alert of an empty room begins and ends', async () => {
  const [measuring, other] = [measurementsOf(), measurementsOf()];
  const room = freshId('room');
  const view = lineView({});
  const measure = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      time.pass(1000);
      await measuring.waits.flush();
      await measuring.measure(room, view);
    }
  };
  await measure(5);
  measuring.waits.abused(room);
  await measure(70);
  expect(Object.keys(await other.alerts(room))).toEqual(['abuse']);
  await measure(300);
  expect(measuring.measuredAlerts(room)).toEqual({});
  expect(await other.alerts(room)).toEqual({});
});
