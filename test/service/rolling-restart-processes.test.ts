import { expect, test } from 'vitest';
import { restartUnderLoad } from './restarts/restarts.ts';

test.each([
  ['paced clients', { clients: 16, pause: 20 }],
  ['clients without a pause', { clients: 32, pause: 0 }],
])('a rolling restart behind the shipped proxy loses no request of %s', async (_, load) => {
  const { posts, lost } = await restartUnderLoad({ ...load, restarts: 4, drainDelay: '500ms' });
  expect(posts).toBeGreaterThan(500);
  expect([...lost]).toEqual([]);
});
