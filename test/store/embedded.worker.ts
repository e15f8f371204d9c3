/**
 * A process of its own for the tests of the embedded store: works on a data directory as fast as it can and tells on
 * stdout, a JSON array a line, every answer that it got, until somebody kills it. With a room of `-` it only holds the
 * directory open.
 *
 * Usage: node embedded.worker.ts DIR ROOM NAME
 */
import { writeSync } from 'node:fs';
import { openDatabase } from '#store/embedded/database.ts';
import { DataDirError } from '#store/embedded/index.ts';
import { createEmbeddedStore } from '#store/embedded/store.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { RULES, T0 } from './contract/room-under-test.ts';

const [dir = '', room = '', name = ''] = process.argv.slice(2);

function tell(...told: unknown[]): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

async function visit({ line, oidcRecords: oidc, idempotency }: Store, visitor: string, n: number): Promise<void> {
  const [joined] = (await line.join(room, [{ visitor, claim: n % 3 === 0 }], T0)) ?? [];
  if (!joined) throw new Error('the room is closed');
  const { admission, ...ticket } = joined;
  const holder = { ...ticket, visitor };
  tell('joined', holder, admission);
  if (n % 2 === 0) {
    await line.raise(room, { numbers: 2 }, T0);
    tell('claimed', holder, await line.claim(room, holder, T0));
  }
  if (n % 5 === 0) {
    await line.leave(room, holder, T0);
    tell('left', holder);
  }
  if (n % 4 === 0) {
    await oidc.upsert('AuthorizationCode', visitor, { jti: visitor }, 3600);
    tell('put', visitor);
    if (await oidc.consume('AuthorizationCode', visitor, T0)) tell('used', visitor);
    if ((await idempotency.remember(visitor, name, 3_600_000)) === null) tell('remembered', visitor);
  }
}

try {
  const store = createEmbeddedStore({ database: openDatabase(dir), now: Date.now, saveAfter: 4096 });
  if (room === '-') {
    setInterval(() => {}, 60_000);
  } else {
    await store.line.open(
      room,
      { rules: { ...RULES, lifetime: 1e9, claimWindow: 1e9 }, incarnation: '', checkpoint: null },
      T0,
    );
    for (let lane = 0; lane < 16; lane++) {
      const go = async () => {
        for (let n = 0; ; n++) await visit(store, `${name}-${lane}-${n}`, n);
      };
      void go();
    }
  }
  tell('open');
} catch (error) {
  tell('refused', error instanceof DataDirError ? error.fault : String(error));
}
