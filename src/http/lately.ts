/**
 * How often something happened to a browser within the last minute: the times are in a sealed cookie that it carries
 * itself, so that whoever is sent round and round can be told from whoever comes back now and then.
 */
import type { Seal } from '#waiting-room/seal.ts';
import { createSealedCookie } from './sealed-cookie.ts';

const MINUTE = 60_000;
/** Times that a cookie holds at most; of more only the newest are of interest. */
const HELD = 20;
/** Letters of the stamp that stand for what it happened at. */
const TAG = 6;

export interface Lately {
  /** How often it happened in the last minute, at `place` where one is given. */
  count(cookieHeader: string | undefined, of: string, now: number, place?: string): number;
  /** `Set-Cookie` with one time more. */
  add(cookieHeader: string | undefined, of: string, now: number, place?: string): string;
  /** `Set-Cookie` that forgets all times. */
  forget(of: string): string;
}

/** @param kind what happens; the cookie of the room or relying party `of` is `anteroom_{kind}_{of}`. */
export function createLately(seal: Pick<Seal, 'seal' | 'open' | 'stamp'>, secure: boolean, kind: string): Lately {
  const cookie = createSealedCookie(seal, secure, kind);
  const tagOf = (place: string) => seal.stamp(`${kind} ${place}`).slice(0, TAG);

  /** Each a time in ms, and a tag of the place after a point where there is one. */
  function read(header: string | undefined, of: string, now: number): string[] {
    const times = cookie.read(header, of)?.split(',') ?? [];
    return times.filter((each) => now - Number.parseInt(each, 10) < MINUTE);
  }

  return {
    count(header, of, now, place) {
      const times = read(header, of, now);
      if (times.length === 0 || place === undefined) return times.length;
      const tag = tagOf(place);
      return times.filter((each) => each.endsWith(`.${tag}`)).length;
    },
    add(header, of, now, place) {
      const time = place === undefined ? `${now}` : `${now}.${tagOf(place)}`;
      const times = [...read(header, of, now), time].slice(-HELD);
      return cookie.write(of, times.join(','), MINUTE / 1000);
    },
    forget: cookie.forget,
  };
}
