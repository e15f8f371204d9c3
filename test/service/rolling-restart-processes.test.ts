import { expect, test } from 'vitest';
import { restartUnderLoad } from './restarts/restarts.ts';
import { SHIPPED } from './restarts/shipped.ts';

const here = SHIPPED.filter(({ missing }) => !missing);
const direct = here.slice(0, 1);

// 20 restarts behind each: npm run restarts
test.each([
  { what: 'paced clients', proxies: here.filter(({ path }) => !path), clients: 8, pause: 40 },
  { what: 'paced clients on one host', proxies: here.filter(({ path }) => path), clients: 8, pause: 20 },
  { what: 'clients without a pause', proxies: direct, clients: 32, pause: 0 },
])('a rolling restart behind the shipped proxies loses no request of $what', async ({ proxies, clients, pause }) => {
  const outcomes = await restartUnderLoad(proxies, { clients, pause, restarts: 2, drainDelay: '500ms' });
  expect(proxies.map(({ file }, index) => [file, ...(outcomes[index]?.lost ?? ['nothing was done'])])).toEqual(
    proxies.map(({ file }) => [file]),
  );
  for (const { done } of outcomes) expect(done).toBeGreaterThan(100);
});
