/** The reason of an action: a header that every route that changes something takes. */
import type { Context, Middleware } from 'koa';
import { invalid } from '#http/guard.ts';
import { REASON_HEADER, REASON_LENGTH } from '#http/reason-header.ts';

/** Reads the header. Throws an `invalid_request` problem where it is no text of at most 200 characters. */
export const readReason: Middleware = (ctx, next) => {
  const sent = ctx.get(REASON_HEADER);
  if (sent !== '') ctx.state.reason = textOf(sent);
  return next();
};

/** Why the operator does it, for the audit log; undefined where the request does not say. */
export const reasonOf = (ctx: Context): string | undefined => ctx.state.reason as string | undefined;

/** Browsers send no characters beyond Latin-1 in a header, so the text is UTF-8, percent-encoded or as it is. */
function textOf(sent: string): string | undefined {
  let text: string;
  try {
    text = decodeURIComponent(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(sent, 'latin1'))).trim();
  } catch {
    throw invalid([{ field: REASON_HEADER, message: 'must be UTF-8, with % written as %25' }]);
  }
  if (/\p{Cc}/u.test(text)) throw invalid([{ field: REASON_HEADER, message: 'must be one line' }]);
  if ([...text].length > REASON_LENGTH) {
    throw invalid([{ field: REASON_HEADER, message: `must have at most ${REASON_LENGTH} characters` }]);
  }
  return text === '' ? undefined : text;
}
