import { createShop } from './shop.ts';

/** Reads the environment, serves until SIGTERM or SIGINT, and lets the requests under way finish. */
const {
  SHOP_PORT = '3001',
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = 'shop',
  CLIENT_SECRET,
  SHOP_URL,
} = process.env;

const faults = [
  /^\d{1,5}$/.test(SHOP_PORT) && Number(SHOP_PORT) < 65536 ? null : 'SHOP_PORT must be a port number',
  isWeb(ISSUER) ? null : 'ISSUER must be an http or https URL',
  SHOP_URL === undefined || isWeb(SHOP_URL) ? null : 'SHOP_URL must be an http or https URL',
].filter((fault) => fault !== null);
if (faults.length > 0) fail(faults.join('\n'));

const shop = createShop({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  // An empty variable counts as not set.
  clientSecret: CLIENT_SECRET || undefined,
  url: SHOP_URL,
  log: console.error,
});

shop.listen(Number(SHOP_PORT)).then(
  (url) => console.log(`The shop is open at ${url} (identity provider: ${ISSUER})`),
  (error: NodeJS.ErrnoException) =>
    fail(
      error.code === 'EADDRINUSE'
        ? `Port ${SHOP_PORT} is taken by another process: stop it, or set SHOP_PORT to a free port.`
        : `The shop cannot listen on port ${SHOP_PORT}: ${error.message}`,
    ),
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    shop.close().catch((error: Error) => fail(error.message));
  });
}

// The process that started the shop with a channel to it has ended.
process.once('disconnect', () => process.exit(0));
process.channel?.unref();

function isWeb(text: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '');
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
