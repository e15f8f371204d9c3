/** URLs of /enter, and the marks in them that keep a browser without cookies from looping. */
import type { PublicUrls } from '#http/public-urls.ts';
import { shortenReturn } from '#pages/waiting/address.ts';

/** Set when the visitor came from /enter itself or pressed the button of the loop page: cookies must be there by now. */
export const AGAIN = 'anteroom_again';
/** Set when a gate sent the visitor. */
export const GATE = 'anteroom_gate';

export interface EnterUrls {
  /** The path of /enter. */
  path(room: string): string;
  /** Path and query of /enter for a visitor who wants to get to `url`. */
  to(room: string, url: string): string;
  /** An absolute URL, for a visitor whom a gate sends. A `url` that is too long for the wait is shortened. */
  fromGate(room: string, url: string): string;
}

export function createEnterUrls(urls: Pick<PublicUrls, 'origin' | 'pathOf'>): EnterUrls {
  const path = (room: string) => urls.pathOf(`/rooms/${room}/enter`);
  const to = (room: string, url: string) => `${path(room)}?return_to=${encodeURIComponent(url)}`;
  return {
    path,
    to,
    fromGate: (room, url) => `${urls.origin}${to(room, shortenReturn(url))}&${GATE}=1`,
  };
}
