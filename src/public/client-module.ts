/** `/client.js` and its types, for pages and apps of any origin. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Middleware } from 'koa';

/** Reads the files in `folder` once. */
export function createClientModule(folder: string): Middleware {
  const files = new Map(
    ['client.js', 'client.d.ts'].map((name) => {
      const bytes = readFileSync(join(folder, name));
      return [`/${name}`, { bytes, etag: createHash('sha256').update(bytes).digest('hex').slice(0, 12) }];
    }),
  );
  return (ctx, next) => {
    const file = ctx.method === 'GET' || ctx.method === 'HEAD' ? files.get(ctx.path) : undefined;
    if (!file) return next();
    ctx.status = 200;
    ctx.type = ctx.path.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/plain; charset=utf-8';
    ctx.etag = file.etag;
    // The URL stays the same, so a new version must arrive within minutes.
    ctx.set({ 'Cache-Control': 'public, max-age=300', 'Access-Control-Allow-Origin': '*' });
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = file.bytes;
    return undefined;
  };
}
