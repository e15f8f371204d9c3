/** Open streams of a room, as the control panel has: how old the numbers get that they show. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Outcome } from './bench.ts';
import { spread } from './measure/spread.ts';
import { ADMIN_TOKEN, ROOM } from './stand.ts';

const STREAMS = 5000;
/** Opened at once. */
const AT_ONCE = 100;
const SECONDS = 20;

export const streams: Bench = {
  name: 'streams',
  about: `${STREAMS.toLocaleString('en')} open streams of a room on one process, for ${SECONDS} s`,
  async run(stand) {
    const anteroom = await stand.anteroom();
    const open: Stream[] = [];
    try {
      while (open.length < STREAMS) {
        open.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => openStream(anteroom.port)))));
      }
      await delay(2000);
      for (const { ages } of open) ages.length = 0;
      const cpu = await anteroom.cpuSeconds();
      await delay(SECONDS * 1000);
      return outcome(open, ((await anteroom.cpuSeconds()) - cpu) / SECONDS);
    } finally {
      for (const { socket } of open) socket.destroy();
    }
  },
};

interface Stream {
  readonly socket: Socket;
  /** How old the numbers were that newer ones replaced, in ms. */
  readonly ages: number[];
}

async function openStream(port: number): Promise<Stream> {
  const socket = connect(port, '127.0.0.1');
  const ages: number[] = [];
  let shown: number | null = null;
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    const end = text.lastIndexOf('\n\n');
    if (end < 0) return;
    const times = [...text.slice(0, end).matchAll(/^event: counters\ndata: .*?"updated_at":"([^"]+)"/gm)];
    text = text.slice(end + 2);
    const [, updatedAt] = times.at(-1) ?? [];
    if (!updatedAt) return;
    if (shown !== null) ages.push(Date.now() - shown);
    shown = Date.parse(updatedAt);
  });
  await once(socket, 'connect');
  const head = `GET /admin/v1/rooms/${ROOM}/live HTTP/1.1\r\nHost: 127.0.0.1:${port}`;
  socket.write(`${head}\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`);
  return { socket, ages };
}

function outcome(open: readonly Stream[], cpu: number): Outcome {
  const oldest = open.map(({ ages }) => Math.max(...ages));
  return {
    findings: [
      { what: 'oldest numbers shown', value: spread([Math.max(...oldest)]), unit: 'ms', target: { at_most: 2000 } },
      { what: 'oldest of each stream', value: spread(oldest), unit: 'ms' },
      { what: 'updates of each stream', value: spread(open.map(({ ages }) => ages.length)), unit: '' },
      { what: 'processor time', value: spread([100 * cpu]), unit: '% of a core' },
    ],
  };
}
