/** Polls of a room's shared status. */
import type { Bench } from './bench.ts';
import { comparePolls } from './polls.ts';
import { ROOM } from './stand.ts';

export const status: Bench = {
  name: 'status',
  about: 'polls of the shared status, against bare node:http with an answer of the same length',
  async run(stand) {
    const anteroom = await stand.anteroom();
    const host = `127.0.0.1:${anteroom.port}`;
    return comparePolls(stand, anteroom, [`GET /rooms/${ROOM}/status HTTP/1.1\r\nHost: ${host}\r\n\r\n`], 0.95);
  },
};
