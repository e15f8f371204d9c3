/**
 * Sends malformed requests to a running process, over every route and method, and reports those that it does not refuse
 * properly: `node test/service/malformed/run.ts [COUNT [SEED]]`, 200,000 by default. The suite runs a short variant.
 */
import { attack } from './attack.ts';

const [count = 200_000, seed = Date.now()] = process.argv.slice(2).map(Number);
const { sent, troubles, heap, keys } = await attack({ count, seed, clients: 16 });
process.stdout.write(
  `seed ${seed}: ${sent} requests; heap ${heap.map((mib) => mib.toFixed(1)).join(' → ')} MiB; keys in Redis ${keys.map((kinds) => JSON.stringify(kinds)).join(' → ')}\n`,
);
for (const [trouble, examples] of troubles)
  process.stdout.write(`${trouble}: ${examples.length}\n  ${examples.slice(0, 5).join('\n  ')}\n`);
// Caches are full after half of them.
const isLeak = heap[1] - heap[0] > 8;
if (isLeak) process.stdout.write('the heap grew\n');
process.exitCode = troubles.size > 0 || isLeak ? 1 : 0;
