import Router from '@koa/router';
import { MEBIBYTE, parseJson } from '#http/body.ts';
import { readForm } from '#http/form.ts';
import { invalid, sendReply } from '#http/guard.ts';
import { check } from '#settings/faults.ts';
import { requireRole } from './operator-of.ts';
import type { RequireSession } from './sign-in/authenticate.ts';
import { previewBody, showPreview, type ThemePreviewDeps } from './theme-preview.ts';

export interface ThemeFrameDeps extends ThemePreviewDeps {
  readonly requireSession: RequireSession;
}

/**
 * `POST /admin/theme-frame/{room}`: the preview as a document of a frame of the control panel, under its own policy. A
 * document that the panel's script made would have the policy of the panel. A frame is filled by a form, which has no
 * header: the proof of the session is a field.
 */
export function createThemeFrame({ operationsFor, previewTheme, requireSession }: ThemeFrameDeps): Router {
  const router = new Router({ strict: true });
  router.post('/admin/theme-frame/:room', async (ctx) => {
    // The frame is sandboxed: it has an origin of its own, and Chromium warns of a wish for the panel's.
    ctx.remove('Origin-Agent-Cluster');
    const form = await readForm(ctx.req, MEBIBYTE);
    const { name, role } = await requireSession(ctx, form.get('csrf') ?? '');
    ctx.state.operator = name;
    ctx.state.operatorRole = role;
    requireRole(ctx, 'operator');
    const asked = check(previewBody, parseJson(Buffer.from(form.get('preview') ?? '')));
    if (!asked.ok) throw invalid(asked.faults);
    const room = await operationsFor(ctx).room(String(ctx.params.room));
    sendReply(ctx, showPreview(previewTheme, room, asked.value));
  });
  return router;
}
