/**
 * Loaded into a process by NODE_OPTIONS: on SIGUSR2 it collects garbage, and writes how much it keeps on its heap, in
 * bytes, to the file HEAP_FILE. The process needs --expose-gc.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

process.on('SIGUSR2', async () => {
  const file = process.env.HEAP_FILE ?? '';
  // What closed sockets and finalizers release is collected by a later one.
  for (let collections = 0; collections < 3; collections++) {
    globalThis.gc?.();
    await delay(50);
  }
  writeFileSync(`${file}.part`, `${process.memoryUsage().heapUsed}`);
  renameSync(`${file}.part`, file);
});
