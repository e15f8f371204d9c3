/** Cookies about one room or relying party, which only this service can write and read. */
import type { Seal } from '#waiting-room/seal.ts';
import { cookieValue } from './visitor-cookies.ts';

export interface SealedCookie {
  /** The cookie's text, or null if there is no cookie that this service sealed. */
  read(cookieHeader: string | undefined, of: string): string | null;
  /** The `Set-Cookie` value that sets the text for `age` seconds. */
  write(of: string, text: string, age: number): string;
  /** The `Set-Cookie` value that deletes the cookie. */
  forget(of: string): string;
}

/** @param kind what the cookie says. That of the room or relying party `of` is named `anteroom_{kind}_{of}`. */
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
