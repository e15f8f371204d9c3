/** Cookies of our own that say something about one room or relying party, which only we can write and read. */
import type { Seal } from '#waiting-room/seal.ts';
import { cookieValue } from './visitor-cookies.ts';

export interface SealedCookie {
  /** What it says; null where there is none, or it is not ours. */
  read(cookieHeader: string | undefined, of: string): string | null;
  /** `Set-Cookie` that says so, for `age` seconds. */
  write(of: string, text: string, age: number): string;
  /** `Set-Cookie` that takes it back. */
  forget(of: string): string;
}

/** @param kind what it tells; the cookie of the room or relying party `of` is `anteroom_{kind}_{of}`. */
export function createSealedCookie(seal: Pick<Seal, 'seal' | 'open'>, secure: boolean, kind: string): SealedCookie {
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const nameOf = (of: string) => `${secure ? '__Host-' : ''}anteroom_${kind}_${of}`;
  const contextOf = (of: string) => `${kind} ${of}`;

  return {
    read(header, of) {
      const sealed = cookieValue(header, nameOf(of));
      const opened = sealed ? seal.open(sealed, contextOf(of)) : null;
      return opened && Buffer.from(opened).toString();
    },
    write(of, text, age) {
      return `${nameOf(of)}=${seal.seal(Buffer.from(text), contextOf(of))}; Max-Age=${age}${attributes}`;
    },
    forget: (of) => `${nameOf(of)}=; Max-Age=0${attributes}`,
  };
}
