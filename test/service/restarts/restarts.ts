/** Two replicas on one Redis behind shipped proxies, restarted one after the other under load. */
import { freePort } from '#support/ports.ts';
import { startRedis } from '#support/redis.ts';
import { createFolder, environment, type Run, ready } from '../process.ts';
import { type LoadOptions, type Outcomes, startLoad } from './load.ts';
import { startBalancer } from './proxy.ts';
import { type Around, SECRET, type Shipped } from './shipped.ts';

export interface RestartsOptions extends LoadOptions {
  readonly restarts: number;
  readonly drainDelay: string;
}

interface Placed {
  readonly shipped: Shipped;
  readonly around: Around;
}

/** The line for requests; rooms with places for the gates and for relying parties. */
function settingsOf(placed: readonly Placed[]): object {
  const open = { inlet: { strategy: 'max-size', size: 1_000_000 }, challenge: 'off' };
  const origin = ({ around: { port } }: Placed) => `http://127.0.0.1:${port}`;
  return {
    rooms: [
      { id: 'sale', challenge: 'off' },
      { id: 'spring-sale', ...open, return_urls: placed.map((each) => `${origin(each)}/`) },
      { id: 'shop', ...open },
    ],
    relying_parties: placed.flatMap((each) => {
      const { relyingParty } = each.shipped;
      if (!relyingParty) return [];
      const redirect_uris = [`${origin(each)}${relyingParty.callback}`];
      const { clientId: client_id } = each.around;
      return [{ client_id, client_secret: SECRET, room: 'shop', profile: relyingParty.profile, redirect_uris }];
    }),
  };
}

/**
 * Restarts a replica so many times, each when the other one is ready, while each of the proxies has clients. All have
 * the same public URL of Anteroom. Resolves to the outcomes at each proxy, in order.
 */
export async function restartUnderLoad(
  all: readonly Shipped[],
  options: RestartsOptions,
): Promise<readonly Outcomes[]> {
  const { restarts, drainDelay, ...load } = options;
  const redis = await startRedis();
  const folder = await createFolder();
  const anteroom = await freePort();
  const replicas = [await freePort(), await freePort()] as const;
  const placed: Placed[] = [];
  for (const [index, shipped] of all.entries()) {
    placed.push({ shipped, around: { anteroom, port: await freePort(), clientId: `shop-${index}` } });
  }
  const [own] = placed.filter(({ shipped }) => shipped.path);
  const path = own?.shipped.path ?? '';
  const issuer = `http://127.0.0.1:${own ? own.around.port : anteroom}${path}`;
  // JSON is YAML.
  await folder.write('anteroom.yaml', JSON.stringify(settingsOf(placed)));

  async function start(port: number): Promise<Run> {
    const env = { ISSUER: issuer, REDIS_URL: redis.url, DRAIN_DELAY: drainDelay };
    const run = folder.run({ ...(await environment(folder, port)), ...env });
    await ready(run, `http://127.0.0.1:${port}${path}`);
    return run;
  }

  const opened: { close(): Promise<void> }[] = [];
  try {
    const runs = [await start(replicas[0]), await start(replicas[1])];
    opened.unshift(await startBalancer(anteroom, replicas, `${path}/livez`));
    for (const { shipped, around } of placed) if (shipped.start) opened.unshift(await shipped.start(around));
    const loads = placed.map(({ shipped, around }) => startLoad(load, shipped.client(around)));
    for (let count = 0; count < restarts; count++) {
      const index = count % 2;
      runs[index]?.child.kill('SIGTERM');
      await runs[index]?.ended;
      runs[index] = await start(replicas[index] ?? 0);
    }
    return await Promise.all(loads.map(({ stop }) => stop()));
  } finally {
    for (const each of opened) await each.close();
    await folder.remove();
    await redis.stop();
  }
}
