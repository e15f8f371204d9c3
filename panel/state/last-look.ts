/** When the operator of this browser last looked at a room: the time of the newest entry that was there. */
const keyOf = (room: string) => `anteroom-seen:${room}`;

/** In ISO 8601; null where they never looked, or the browser keeps nothing. */
export function lastLook(room: string): string | null {
  try {
    return localStorage.getItem(keyOf(room));
  } catch {
    return null;
  }
}

/** Keeps the latest of some times. */
export function rememberLook(room: string, times: readonly string[]): void {
  const latest = [lastLook(room) ?? '', ...times].sort().at(-1);
  try {
    if (latest) localStorage.setItem(keyOf(room), latest);
  } catch {
    // The browser keeps nothing: the next visit shows nothing new.
  }
}
