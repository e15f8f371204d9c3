/** Returns an admitted visitor to the site with an `anteroom_token`, unless the site keeps sending them back. */
import type { Context } from 'koa';
import type { LoopGuard } from '#http/loop-guard.ts';
import { sendPage } from '#pages/send-page.ts';
import type { Render } from '#pages/views.ts';
import type { Tokens } from '#tokens/index.ts';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import { withToken } from '#waiting-room/return-urls.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { AGAIN, type EnterUrls } from './enter-urls.ts';

export interface ReturnToSiteDeps {
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly loops: LoopGuard;
  readonly tokens: Pick<Tokens, 'toReturn'>;
  readonly enterUrls: EnterUrls;
  readonly render: Render;
}

/** Both answer the request, or return false if the admission is over. */
export interface ReturnToSite {
  /** For a visitor who came to /enter. Cookies that are lost here or at the site would make a loop. */
  guarded(ctx: Context, room: string, url: string, insider: Returning): Promise<boolean>;
  /** For a visitor who waited. */
  directly(ctx: Context, room: string, url: string, insider: Returning): Promise<boolean>;
}

/** A visitor who is inside, and the serial that the browser gets. */
export interface Returning {
  readonly admission: Admission;
  readonly serial: number;
}

export function createReturnToSite(deps: ReturnToSiteDeps): ReturnToSite {
  const { snapshots, loops, tokens, enterUrls, render } = deps;

  async function directly(ctx: Context, room: string, url: string, { admission, serial }: Returning): Promise<boolean> {
    try {
      redirectTo(ctx, withToken(url, await tokens.toReturn(room, admission, serial)));
      return true;
    } catch (error) {
      if (error instanceof AnteroomError && error.code === 'admission_over') return false;
      throw error;
    }
  }

  /** Whether the site keeps sending the visitor back here; records the return otherwise. */
  function isLooping(ctx: Context, room: string, url: string): boolean {
    const { origin, pathname } = new URL(url);
    const loop = { step: 'return', key: room, place: origin + pathname } as const;
    if (AGAIN in ctx.query) loops.clear(ctx, loop);
    else if (loops.verdict(ctx, loop) === 'stop') return true;
    else loops.record(ctx, loop);
    return false;
  }

  return {
    directly,
    async guarded(ctx, room, url, insider) {
      if (!isLooping(ctx, room, url)) return directly(ctx, room, url, insider);
      const { settings } = await snapshots.get(room);
      const data = { title: settings.title, host: new URL(url).host, action: enterUrls.path(room), url };
      sendPage(ctx, 200, render(ctx.req, 'return-loop', data, settings));
      return true;
    },
  };
}

/** Koa's own redirect would re-encode the URL; this keeps it byte for byte. */
export function redirectTo(ctx: Context, url: string): void {
  ctx.body = null;
  ctx.status = 303;
  ctx.set({ Location: url, 'Cache-Control': 'no-store' });
}
