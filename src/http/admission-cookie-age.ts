/** How long browsers keep what stands for an admission. */
import type { Admission } from '#waiting-room/line/admission.ts';

/** How much longer than an admission, in seconds: a pause may stop its time, and then it ends later. */
export const AFTER_ADMISSION = 24 * 60 * 60;

/** The `Max-Age` of a cookie that is of use until an admission ends. Only the store knows when that is. */
export function admissionCookieAge({ expiresAt }: Pick<Admission, 'expiresAt'>, now: number): number {
  return Math.max(1, Math.ceil((expiresAt - now) / 1000)) + AFTER_ADMISSION;
}
