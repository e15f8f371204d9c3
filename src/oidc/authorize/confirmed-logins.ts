/**
 * When a visitor was last authenticated, for relying parties with `confirm_login`: by the admission, or by a press of
 * the button since, which a sealed cookie remembers. The session's own time does not say it, because the requests of
 * other relying parties renew it without asking.
 */
import { admissionCookieAge } from '#http/admission-cookie-age.ts';
import { createSealedCookie } from '#http/sealed-cookie.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';

export interface ConfirmedLogins {
  /** In ms since the epoch. A press by another visitor does not count. */
  authenticatedAt(cookieHeader: string | undefined, room: RoomId, admission: Admission): number;
  /** `Set-Cookie` for a press at `at`. */
  record(room: RoomId, admission: Admission, at: number): string;
}

export function createConfirmedLogins(seal: Pick<Seal, 'seal' | 'open'>, secure: boolean): ConfirmedLogins {
  const cookie = createSealedCookie(seal, secure, 'confirmed');

  return {
    authenticatedAt(header, room, { visitor, issuedAt }) {
      const [confirmedBy, at] = cookie.read(header, room)?.split(' ') ?? [];
      return confirmedBy === visitor ? Math.max(issuedAt, Number(at)) : issuedAt;
    },
    record: (room, admission, at) =>
      cookie.write(room, `${admission.visitor} ${at}`, admissionCookieAge(admission, at)),
  };
}
