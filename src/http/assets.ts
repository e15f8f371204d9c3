import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Middleware } from 'koa';
import { chooseCoding, type Encoded, encodedOnce } from './encodings.ts';
import type { PublicUrls } from './public-urls.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
};

interface Asset {
  readonly name: string;
  readonly hash: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly encoded: () => Promise<Encoded>;
}

export interface Assets {
  /** Where the files are. */
  readonly folder: string;
  /** The path of a file for browsers, which contains its hash: `style.css` is at `/assets/style.1a2b3c4d5e6f.css`. */
  url(name: string): string;
  /** The text of a file. */
  text(name: string): string;
  /** Answers GET and HEAD below the prefix. */
  readonly middleware: Middleware;
}

export interface AssetsOptions {
  /** Its files are read once, at start. Subfolders are ignored. */
  readonly folder: string;
  readonly prefix?: string;
  readonly urls: Pick<PublicUrls, 'pathOf'>;
}

/**
 * Files that browsers may cache without limit, because the path changes with the content. Each is compressed once,
 * when a browser first asks for it, so a proxy needs no compression.
 */
export function createAssets({ folder, prefix = '/assets', urls }: AssetsOptions): Assets {
  const byName = new Map<string, Asset>();
  const byPath = new Map<string, { readonly asset: Asset; readonly forGood: boolean }>();

  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const bytes = readFileSync(join(folder, entry.name));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    const asset = { name: entry.name, hash, type, bytes, encoded: encodedOnce(bytes, type) };
    byName.set(asset.name, asset);
    byPath.set(routeOf(asset), { asset, forGood: true });
    byPath.set(`${prefix}/${asset.name}`, { asset, forGood: false });
  }

  function routeOf({ name, hash }: Asset): string {
    const extension = extname(name);
    return `${prefix}/${name.slice(0, -extension.length)}.${hash}${extension}`;
  }

  function assetOf(name: string): Asset {
    const asset = byName.get(name);
    if (!asset) throw new Error(`There is no asset "${name}" in ${folder}`);
    return asset;
  }

  return {
    folder,
    url: (name) => urls.pathOf(routeOf(assetOf(name))),
    text: (name) => assetOf(name).bytes.toString(),
    async middleware(ctx, next) {
      const found = ctx.method === 'GET' || ctx.method === 'HEAD' ? byPath.get(ctx.path) : undefined;
      if (!found) return next();
      ctx.status = 200;
      const { encoded, hash, type } = found.asset;
      const content = await encoded();
      ctx.type = type;
      const coding = chooseCoding(content, ctx.get('Accept-Encoding'));
      ctx.vary('Accept-Encoding');
      ctx.etag = coding === 'identity' ? hash : `${hash}-${coding}`;
      if (coding !== 'identity') ctx.set('Content-Encoding', coding);
      ctx.set('Cache-Control', found.forGood ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (ctx.fresh) ctx.status = 304;
      else ctx.body = content[coding];
      return undefined;
    },
  };
}
