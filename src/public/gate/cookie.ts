/** The gate's own cookie on the protected site: a sealed pass, which a process opens once. */
import { admissionCookieAge } from '#http/admission-cookie-age.ts';
import { cookieValue } from '#http/visitor-cookies.ts';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';
import type { Pass, PassOffice } from '#waiting-room/passes.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { type Look, NOT_ASKED } from './insiders.ts';

/** How many opened passes a process keeps. One is dropped if it is not shown while half as many others are. */
const CAPACITY = 20_000;
/** How many rooms' names of cookies it keeps, at least. */
const ROOMS = 100;

/** A pass that a visitor showed. */
export interface Shown {
  readonly room: RoomId;
  readonly pass: Pass;
  readonly look: Look;
  /** Headers of the answer if the visitor is inside: names and values in turn, for `writeHead`. */
  readonly headers: string[];
}

export interface GateCookies {
  /** Null if the request shows no pass of this room. */
  read(cookieHeader: string | undefined, room: RoomId, secure: boolean): Shown | null;
  /** A `Set-Cookie` value. Without `Domain` the cookie is host-only: no other host of the site's domain gets it. */
  give(room: RoomId, pass: Pass, secure: boolean, now: number): string;
}

export function createGateCookies(passes: PassOffice): GateCookies {
  const names = memoizeRecent(namesOf, ROOMS);
  const nameOf = (room: RoomId, secure: boolean) => (names.get(room) ?? namesOf(room))[secure ? 'https' : 'http'];
  let young = new Map<string, Shown>();
  let old = new Map<string, Shown>();

  function open(sealed: string, room: RoomId): Shown | null {
    const pass = passes.open(sealed, room);
    return pass && { room, pass, look: { ...NOT_ASKED }, headers: headersOf(pass) };
  }

  return {
    read(header, room, secure) {
      const sealed = cookieValue(header, nameOf(room, secure));
      if (!sealed) return null;
      const known = young.get(sealed);
      if (known?.room === room) return known;
      const before = old.get(sealed);
      const shown = before?.room === room ? before : open(sealed, room);
      if (!shown) return null;
      if (young.size >= CAPACITY / 2) {
        old = young;
        young = new Map();
      }
      young.set(sealed, shown);
      return shown;
    },
    give(room, pass, secure, now) {
      const age = admissionCookieAge(pass, now);
      // SameSite=Lax: a visitor who follows a link from elsewhere to the site brings the cookie.
      const attributes = `Max-Age=${age}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
      return `${nameOf(room, secure)}=${passes.seal(room, pass)}; ${attributes}`;
    },
  };
}

/** The names of a room's cookie, by the scheme of the site. */
function namesOf(room: RoomId): Readonly<Record<'http' | 'https', string>> {
  return { http: `anteroom_gate_${room}`, https: `__Host-anteroom_gate_${room}` };
}

/** The headers for a pass whose admission ends at another time than it says. */
export function headersUntil({ pass, headers }: Shown, expiresAt: number | null): string[] {
  return expiresAt === null ? headers : headersOf({ ...pass, expiresAt });
}

function headersOf({ visitor, number, expiresAt }: Pass): string[] {
  return [
    'Cache-Control',
    'no-store',
    'X-Anteroom-Subject',
    visitor,
    'X-Anteroom-Number',
    String(number),
    'X-Anteroom-Expires',
    new Date(expiresAt).toISOString(),
  ];
}
