import { expect, test } from 'vitest';
import { createMetrics } from '#telemetry/metrics.ts';
import { createGatherMetrics, type MeasuredWorker } from '../../src/workers/gather-metrics.ts';

const counters = {
  ...{ queue: 10, serving: 4, waiting: 6, present: 6, claimed: 4 },
  ...{ active: 4, completed: 0, abandoned: 0, expired: 0 },
};

/** Workers with metrics of their own, which measure when they are asked. */
function createWorkers(ids: readonly number[]) {
  const gathering = createGatherMetrics();
  const workers = ids.map((id) => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.watchRooms(() => [
      {
        ...{ room: 'sale', counters, busiestAddress: id, alerts: null },
        ...{ admissions: { provisional: 0, lapsed: 0 }, predictions: { within: 0, outside: 0 } },
      },
    ]);
    const worker: MeasuredWorker = {
      id,
      send: (message) => {
        if (message.kind !== 'measure') return;
        void metrics.snapshot().then((snapshot) => gathering.measured(id, message.id, snapshot));
      },
    };
    return { ...worker, metrics };
  });
  return { gathering, workers };
}

test('the counters of workers are added, and what all measure is shown once', async () => {
  const { gathering, workers } = createWorkers([1, 2, 3]);
  for (const { metrics, id } of workers) {
    metrics.polls.status += id;
    metrics.request('public', 200, 0.002);
  }
  const text = await gathering.gather(workers);
  expect(text).toContain('anteroom_polls_total{kind="status"} 6');
  expect(text).toContain('anteroom_http_request_duration_seconds_count{door="public",status="200"} 3');
  expect(text).toContain('anteroom_room_queue{room="sale"} 10');
  expect(text).toContain('anteroom_room_busiest_address_joins{room="sale"} 3');
});

test('counters never fall when workers end and others begin', async () => {
  const { gathering, workers } = createWorkers([1, 2, 3, 4]);
  for (const { metrics } of workers) metrics.polls.status += 5;
  const [first, second, third, fourth] = workers;
  if (!first || !second || !third || !fourth) throw new Error('there are four workers');
  expect(await gathering.gather([first, second])).toContain('anteroom_polls_total{kind="status"} 10');
  gathering.ended(1);
  expect(await gathering.gather([second])).toContain('anteroom_polls_total{kind="status"} 10');
  expect(await gathering.gather([second, third])).toContain('anteroom_polls_total{kind="status"} 15');
  gathering.ended(2);
  gathering.ended(3);
  const text = await gathering.gather([fourth]);
  expect(text).toContain('anteroom_polls_total{kind="status"} 20');
  expect(text).toContain('anteroom_room_queue{room="sale"} 10');
});

test('a worker that ends while it is asked is not waited for', async () => {
  const { gathering, workers } = createWorkers([1]);
  const silent: MeasuredWorker = { id: 2, send: () => gathering.ended(2) };
  const start = performance.now();
  await gathering.gather([...workers, silent]);
  expect(performance.now() - start).toBeLessThan(900);
});
