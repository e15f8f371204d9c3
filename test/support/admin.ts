import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import request from 'supertest';
import { createAdmin } from '#admin/index.ts';
import { createAssets } from '#http/assets.ts';
import { securityHeaders } from '#http/security-headers.ts';
import { createViews } from '#http/views.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { createLog } from '#telemetry/log.ts';
import type { Operations } from '#waiting-room/operations.ts';
import { createOperations } from '#waiting-room/operations.ts';
import type { Store } from '#waiting-room/ports.ts';
import { listen } from './listen.ts';

export const ADMIN_TOKEN = 'let-me-administer';

export interface AdminServer {
  readonly url: string;
  readonly store: Store;
  /** Ids of rooms that were told to have changed. */
  readonly changed: string[];
  /** A request with the token. */
  as(method: 'get' | 'put' | 'post' | 'patch' | 'delete', path: string): request.Test;
  close(): Promise<void>;
}

/** The admin door over real HTTP on an embedded store; `wrap` may stand between it and the operations. */
export async function startAdmin(wrap: (operations: Operations) => Operations = (same) => same): Promise<AdminServer> {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-admin-'));
  const store = openEmbeddedStore({ dir });
  const changed: string[] = [];
  const assets = createAssets({ folder: 'assets' });
  const operations = createOperations({
    store,
    now: Date.now,
    tell: () => undefined,
    by: 'admin',
    changed: (room) => changed.push(room),
  });
  const issuer = 'http://localhost:3000';

  const app = new Koa();
  app.use(securityHeaders({ issuer }));
  app.use(assets.middleware);
  app.use(
    createAdmin({
      operations: wrap(operations),
      coordination: store.coordination,
      adminToken: ADMIN_TOKEN,
      views: createViews({ folder: 'views', shared: { asset: assets.url } }),
      log: createLog({ level: 'silent' }),
      issuer,
      version: '0.0.0',
    }),
  );
  const { url, close } = await listen(app);
  return {
    url,
    store,
    changed,
    as: (method, path) => request(url)[method](`/admin/v1${path}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`),
    async close() {
      await close();
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}
