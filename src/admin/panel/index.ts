/**
 * Serves the control panel: one page, its script and its style sheet. The sources are in `panel/`. The image contains
 * the bundle; elsewhere it is made when the panel is first opened, and again when a source has changed. So no start
 * waits for it. It imports pages, and owns what is below `/admin/` and is neither the API nor the sign-in.
 */
import Router from '@koa/router';
import type { Context } from 'koa';
import { sendPage } from '#pages/send-page.ts';
import type { Views } from '#pages/views.ts';
import { bundlePanel, type PanelFile, type PanelFiles, readBundled, versionOf } from './bundle.ts';

export interface PanelDeps {
  /** The folder of the sources. */
  readonly folder: string;
  readonly pages: Pick<Views, 'page'>;
}

export function createPanel({ folder, pages }: PanelDeps): Router {
  const bundled = readBundled(folder);
  let made: { readonly version: string; readonly files: Promise<PanelFiles> } | null = null;
  /** By name: a page of a moment ago may still ask for its own files. */
  const known = new Map<string, PanelFile>();

  async function current(): Promise<PanelFiles> {
    if (bundled) return bundled;
    const version = versionOf(folder);
    if (made?.version !== version) {
      const files = bundlePanel(folder);
      made = { version, files };
      files.catch(() => {
        made = null;
      });
    }
    return made.files;
  }

  async function files(): Promise<PanelFiles> {
    const found = await current();
    for (const file of [found.script, found.style]) known.set(file.name, file);
    return found;
  }

  const router = new Router({ strict: true });
  router.get('/admin', (ctx) => ctx.redirect('admin/'));
  router.get('/admin/', async (ctx) => {
    const { script, style } = await files();
    const data = { title: 'Anteroom', script: `files/${script.name}`, style: `files/${style.name}` };
    sendPage(ctx, 200, pages.page(ctx.req, 'panel', data));
    // The preview of a theme is a frame.
    ctx.set('Content-Security-Policy', `${ctx.response.get('Content-Security-Policy')}; frame-src 'self'`);
  });
  router.get('/admin/files/:name', async (ctx, next) => {
    const name = String(ctx.params.name);
    // A process that never showed the page may be asked for the files of another.
    if (!known.has(name)) await files();
    const file = known.get(name);
    if (!file) return next();
    send(ctx, file);
  });
  return router;
}

function send(ctx: Context, { name, type, bytes }: PanelFile): void {
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.type = type;
  ctx.etag = name;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = bytes;
}
