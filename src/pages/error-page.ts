/** The page that a browser gets where a program gets problem details. */
import { namesHtml } from '#http/accept.ts';
import type { ProblemCode, ProblemPage } from '#http/problem.ts';
import type { Render } from './views.ts';

/** What a person can meet by an address. Other problems are answers to programs. */
const SHOWN: ReadonlySet<ProblemCode> = new Set(['not_found', 'method_not_allowed', 'internal_error', 'frame_refused']);

export function createErrorPage(render: Render): ProblemPage {
  return (ctx, { code }) =>
    SHOWN.has(code) && namesHtml(ctx.get('Accept')) ? render(ctx.req, 'error', { code }) : null;
}
