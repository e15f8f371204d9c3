/** URLs of /enter, and the marks in them that keep a browser without cookies from looping. */

/** Set when the visitor came from /enter itself or pressed the button of the loop page: cookies must be there by now. */
export const AGAIN = 'anteroom_again';
/** Set when a gate sent the visitor. */
export const GATE = 'anteroom_gate';

/** Path and query of /enter for a visitor who wants to get to `url`. */
export function enterUrl(room: string, url: string): string {
  return `/rooms/${room}/enter?return_to=${encodeURIComponent(url)}`;
}

/** The same for a visitor whom a gate sends. Without cookies they would go round between it and /enter. */
export function enterUrlFromGate(room: string, url: string): string {
  return `${enterUrl(room, url)}&${GATE}=1`;
}

export function enterUrlAgain(room: string, url: string): string {
  return `${enterUrl(room, url)}&${AGAIN}=1`;
}
