/**
 * Restarts replicas one after the other under load, behind each shipped proxy file, and counts what was lost:
 *
 *     node test/service/restarts/main.ts [--restarts 20] [--drain 5s] [--clients 16] [--pause 20] [FILE …]
 *
 * A file is named by a part of its path.
 */
import { parseArgs } from 'node:util';
import { restartUnderLoad } from './restarts.ts';
import { SHIPPED } from './shipped.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    restarts: { type: 'string', default: '20' },
    drain: { type: 'string', default: '5s' },
    clients: { type: 'string', default: '16' },
    pause: { type: 'string', default: '20' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(`npm run restarts -- [--restarts 20] [--drain 5s] [--clients 16] [--pause 20] [FILE …]
  FILE   a part of the path of ${SHIPPED.map(({ file }) => file).join(', ')}
`);
  process.exit(0);
}
const chosen = SHIPPED.filter(
  ({ file }) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
);
const { drain: drainDelay } = values;
const [restarts, clients, pause] = [Number(values.restarts), Number(values.clients), Number(values.pause)];

for (const shipped of chosen) {
  if (shipped.missing) {
    process.stdout.write(`${shipped.file}: not run, ${shipped.missing}\n`);
    continue;
  }
  const [outcomes] = await restartUnderLoad([shipped], { restarts, drainDelay, clients, pause });
  const { done = 0, lost = new Map<string, number>() } = outcomes ?? {};
  const all = [...lost.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `${shipped.file}: ${restarts} restarts, ${done} requests and visits, ${all} lost ${all > 0 ? JSON.stringify([...lost]) : ''}\n`,
  );
  if (all > 0) process.exitCode = 1;
}
