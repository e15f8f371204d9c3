/** The page that a browser gets where a program gets problem details. */
import { namesHtml } from '#http/accept.ts';
import type { ProblemCode, ProblemPage } from '#http/problem.ts';
import { UNAVAILABLE_HEADERS } from './unavailable.ts';
import type { Render } from './views.ts';

/** What a person can meet by an address. Other problems are answers to programs. */
const SHOWN: ReadonlySet<ProblemCode> = new Set(['not_found', 'method_not_allowed', 'internal_error', 'frame_refused']);

/**
 * The page of an address where there is nothing has a picker of languages, which puts the choice into the address: no
 * door answers a form there. The picker drops the rest of the query. Other problems depend on the query or on a form.
 */
export function createErrorPage(render: Render): ProblemPage {
  return (ctx, { code }) => {
    if (!namesHtml(ctx.get('Accept'))) return null;
    if (code === 'store_unavailable') {
      ctx.set(UNAVAILABLE_HEADERS);
      return render(ctx.req, 'unavailable', {});
    }
    if (!SHOWN.has(code)) return null;
    const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
    return render(ctx.req, 'error', { code, languageForm: code === 'not_found' && isRead ? { kept: [] } : false });
  };
}
