import type { Admission } from '#waiting-room/line/admission.ts';

/** Whole seconds left of an admission. */
export function secondsLeft(admission: Admission, now: number): number {
  return Math.floor((admission.expiresAt - now) / 1000);
}

/** Whether what was issued with the serial is void since another browser took over the admission. */
export function isTakenOver({ sessions }: Admission, serial: number): boolean {
  return sessions !== undefined && sessions.voidTo > 0 && serial <= sessions.voidTo;
}

/** The admission if at least a second is left of it: OAuth counts lifetimes in whole seconds. */
export function usableAdmission(admission: Admission | null, now: number): Admission | null {
  return admission && secondsLeft(admission, now) >= 1 ? admission : null;
}
