/**
 * An earlier version of the embedded store: opens a data directory, and prints where the holders of a room stand and what
 * its line counts.
 *
 * Usage: node embedded-rollback.worker.ts ROOT DIR ROOM NOW HOLDERS
 */
import { pathToFileURL } from 'node:url';
import type { openEmbeddedStore } from '#store/embedded/index.ts';
import type { Holder } from '#waiting-room/line/place.ts';

const [root = '', dir = '', room = '', now = '', holders = ''] = process.argv.slice(2);
const earlier: { openEmbeddedStore: typeof openEmbeddedStore } = await import(
  pathToFileURL(`${root}/src/store/embedded/index.ts`).href
);
const store = earlier.openEmbeddedStore({ dir });
const at = Number(now);
const { counters, held, clock, draws } = await store.line.view(room, at);
const places = [];
for (const holder of JSON.parse(holders) as Holder[]) places.push(await store.line.place(room, holder, at));
await store.close();
console.log(JSON.stringify({ counters, held, clock, draws, places }));
