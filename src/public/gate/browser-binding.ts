/**
 * What the gate knows a browser by, so that a cookie that was copied to another one is no way past the room. The user agent
 * names the family of the browser, which stays the same through updates. It is compared at navigations only: an
 * application's own requests may have another.
 */
import type { IncomingMessage } from 'node:http';
import type { ClientAddress } from '#http/client-address.ts';
import { networkOf } from '#http/client-network.ts';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';
import type { Bind, RoomId } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';

/** The first that matches; all browsers name some of the later ones too. */
const FAMILIES: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['edge', /\b(?:Edg|EdgA|EdgiOS|Edge)\//],
  ['opera', /\b(?:OPR|OPT|OPiOS|Opera)\//],
  ['samsung', /\bSamsungBrowser\//],
  ['yandex', /\bYaBrowser\//],
  ['firefox', /\b(?:Firefox|FxiOS|Focus|Klar)\//],
  ['chrome', /\b(?:Chrome|CriOS|Chromium)\//],
  ['safari', /\bSafari\//],
  ['webkit', /\bAppleWebKit\//],
];
const OTHER = 'other';
/** User agents and addresses that a process knows, at least. */
const RECENT = 5_000;
/** Characters of the stamp that stands for an address. */
const STAMP = 10;

export interface BrowserBinding {
  /** Of A-Z, a-z, 0-9, - and _; '' where nothing is compared. */
  of(req: IncomingMessage, room: RoomId, bind: Bind): string;
}

export interface BrowserBindingDeps {
  readonly clientAddress: ClientAddress;
  readonly seal: Pick<Seal, 'stamp'>;
}

export function createBrowserBinding({ clientAddress, seal }: BrowserBindingDeps): BrowserBinding {
  const families = memoizeRecent(familyOf, RECENT);
  const stamps = memoizeRecent((text) => seal.stamp(`gate ${text}`).slice(0, STAMP), RECENT);
  return {
    of(req, room, bind) {
      if (bind === 'off') return '';
      const family = families.get(req.headers['user-agent'] ?? '') ?? OTHER;
      return bind === 'browser' ? family : `${family}_${stamps.get(`${room} ${networkOf(clientAddress(req))}`)}`;
    },
  };
}

export function familyOf(userAgent: string): string {
  return FAMILIES.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? OTHER;
}

/** Whether a browser is the one that is known. What is not known is not compared. */
export function isSameBrowser(known: string, current: string): boolean {
  return known === '' || current === '' || known === current || known.startsWith(`${current}_`);
}
