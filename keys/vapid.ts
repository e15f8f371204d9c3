/** `npm run vapid-keys`: prints a new pair of keys for Web Push (RFC 8292), as variables. */
import { parseArgs } from 'node:util';
import webPush from 'web-push';

const USAGE = `npm run vapid-keys
  prints VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY: a new pair of keys for notifications`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) console.log(USAGE);
  else print();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function print(): void {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  process.stdout.write(`VAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}\n`);
}
