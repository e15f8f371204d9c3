/**
 * `npm run keys -- rotate [--emergency] [--url URL]`: asks a running service to rotate its signing keys. The token is
 * ADMIN_TOKEN, or the one in `keys/admin-token`.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly status: string;
  readonly signs_from: string | null;
  readonly removed_at: string | null;
}

export const ROTATE_USAGE = `npm run keys -- rotate [--emergency] [--url URL]
  --emergency   the new keys sign at once, and the former ones are removed at once
  --url URL     of the service; ADMIN_TOKEN is the token of an owner`;

export async function rotateKeys(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      emergency: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
      url: { type: 'string', default: process.env.ISSUER ?? 'http://localhost:3000' },
    },
  });
  if (values.help) return console.log(ROTATE_USAGE);
  const token = process.env.ADMIN_TOKEN ?? (await readFile('keys/admin-token', 'utf8').catch(() => '')).trim();
  if (token === '') fail('Set ADMIN_TOKEN to the token of an owner.');
  const url = `${values.url.replace(/\/$/, '')}/admin/v1/keys/rotate${values.emergency ? '?emergency=true' : ''}`;
  const answer = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${token}` } }).catch(
    (error: Error) => fail(`${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`),
  );
  const body = (await answer.json()) as { keys?: readonly SigningKey[]; title?: string; detail?: string };
  if (!body.keys) fail([body.title, body.detail].filter(Boolean).join('. '));
  for (const { alg, kid, status, signs_from, removed_at } of body.keys) {
    const times = [signs_from && `signs from ${signs_from}`, removed_at && `removed at ${removed_at}`];
    console.log([alg.padEnd(6), kid, status, ...times.filter(Boolean)].join('  '));
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
