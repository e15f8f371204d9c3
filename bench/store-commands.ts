/** Commands to Redis while the service answers ten thousand polls, compared with a time without polls. */
import { Redis } from 'ioredis';
import type { Bench, Finding } from './bench.ts';
import { arrivals } from './facts.ts';
import { gather } from './load/crowd.ts';
import { ROOM } from './stand.ts';

const POLLS = 10_000;
/** Each of the three periods takes so long, in ms. */
const TIME = 4000;

export const storeCommands: Bench = {
  name: 'store-commands',
  about: `commands to Redis during ${POLLS.toLocaleString('en')} polls`,
  async run(stand) {
    const anteroom = await stand.anteroom();
    const requests = await arrivals(anteroom.port, 1000);
    const watcher = new Redis(stand.redisOf(anteroom).url);
    const monitor = await watcher.monitor();
    const seen = new Map<string, number>();
    // Redis marks a script's own calls with `lua`. They are no commands of the service.
    monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
      if (source !== 'lua') seen.set(command.toLowerCase(), (seen.get(command.toLowerCase()) ?? 0) + 1);
    });

    async function count(polls: readonly string[]): Promise<Map<string, number>> {
      await pause(TIME / 2);
      seen.clear();
      const crowd = await gather(anteroom.port);
      const over = pause(TIME);
      await crowd.each(polls, async (connection, request) => {
        const { status, head } = await connection.send(request);
        if (status !== 200) throw new Error(`the answer to a poll is ${head}`);
      });
      crowd.disperse();
      await over;
      return new Map(seen);
    }

    try {
      const host = `127.0.0.1:${anteroom.port}`;
      const statusRequest = `GET /rooms/${ROOM}/status HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      const idle = await count([]);
      const status = await count(Array.from({ length: POLLS }, () => statusRequest));
      const facts = await count(Array.from({ length: POLLS }, (_, n) => requests[n % requests.length] ?? ''));
      return {
        findings: [
          finding('no polls', idle),
          finding(`${POLLS.toLocaleString('en')} polls of the shared status`, status),
          finding(`${POLLS.toLocaleString('en')} polls of the own facts`, facts),
        ],
      };
    } finally {
      monitor.disconnect();
      watcher.disconnect();
    }
  },
};

const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

function finding(what: string, commands: ReadonlyMap<string, number>): Finding {
  const total = [...commands.values()].reduce((sum, times) => sum + times, 0);
  const named = Array.from(commands, ([command, times]) => `${times} ${command}`).join(', ');
  return { what: `${what}: ${named}`, value: { median: total, min: total, max: total }, unit: 'commands' };
}
