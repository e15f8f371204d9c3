/**
 * The address of the waiting page carries the visitor's pending request: an authorization request, or a return to a
 * page of the site. Its own parameters come first, then the time of arrival, then a keyed stamp over both. So the
 * request survives a reload, a restart and a second tab, and it takes no row in the store. Earlier versions stored
 * pushed and very long authorization requests as an Interaction; the address carries its id.
 *
 * Browsers, messengers and link trackers respell links and add parameters to them. So the stamp covers the decoded
 * values in one spelling, and what was added is dropped.
 */
import { hash } from 'node:crypto';
import type { PublicUrls } from '#http/public-urls.ts';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import { MARKS, readMarks, respell, spell } from './address-query.ts';

/** Characters. Proxies and browsers accept URLs of 8 KiB, and a redirect repeats the query in a header. */
export const LONGEST_QUERY = 6000;
const AT = 'anteroom_at';
const STAMP = 'anteroom_stamp';
/** The length of an owner in base64url characters: 132 bits. */
const OWNER = 22;
/** Addresses and owners that a process still knows, at least: browsers follow a redirect at once. */
const RECENT = 5000;
/** Characters. Longer addresses are rare, and take memory. */
const LONGEST_RECENT = 1000;
const INTERACTION = 'anteroom_interaction';
const RETURN = 'anteroom_return';
const STORED = new RegExp(`^client_id=([\\w.~-]+)&${INTERACTION}=([\\w-]+)&${MARKS.owner}=([\\w-]+)$`);
/** Marks a request that was sent through its door again because the browser brought no ticket. It happens once. */
export const RETRY = 'anteroom_retry';
/** Parameters of addresses, which no authorization request brings along from an earlier one. */
const OWN: ReadonlySet<string> = new Set([AT, STAMP, INTERACTION, RETURN]);
const RETURNING = new RegExp(`^${RETURN}=([^&]+?)(&${RETRY}=1)?$`);

/** An authorization request whose visitor waits. */
export type PendingRequest =
  | {
      readonly kind: 'travelling';
      /** The query of the /authorize request, without `?`. */
      readonly query: string;
      /** Stands for the visitor who made the request; null if an earlier version wrote the address. */
      readonly owner: string | null;
      readonly arrivedAt: number;
    }
  | {
      readonly kind: 'stored';
      readonly clientId: string;
      readonly interaction: string;
      /** Stands for the visitor who made the request: no other visitor may finish it. */
      readonly owner: string;
      readonly arrivedAt: number;
    };

/** A visitor who waits to return to a page of the site. */
export interface PendingReturn {
  readonly kind: 'return';
  /** The URL to return to, as it was received. The room's `return_urls` may have changed since. */
  readonly url: string;
  /** Whether the visitor was sent through /enter again for a ticket. */
  readonly retried: boolean;
  readonly arrivedAt: number;
}

export type Pending = PendingRequest | PendingReturn;

/** The page of the site that the visitor came for; null if the address does not say. */
export function targetOf(pending: Pending): string | null {
  if (pending.kind === 'return') return pending.url;
  if (pending.kind === 'stored') return null;
  const params = new URLSearchParams(pending.query);
  return params.get('target_link_uri') ?? params.get('redirect_uri');
}

export interface Addresses {
  /** The `owner` of a request of this visitor. */
  ownerOf(visitor: VisitorId): string;
  /** Whether a request is this visitor's. A request without an owner is anybody's. */
  isOwnedBy(pending: PendingRequest, visitor: VisitorId): boolean;
  /** Path and query of the room's waiting page for a pending request. */
  of(room: string, pending: Pending): string;
  /** Null if a value was altered, repeated or cut off, or if the address was made for another room. */
  read(room: string, query: string): Pending | null;
  /** Whether {@link read} would find a request. Polls ask this: it takes half the time. */
  isIntact(room: string, query: string): boolean;
  /** The pending request that an address seems to be for. Nothing in it may be believed. */
  guess(query: string): Pending;
}

/** Whether a query of /authorize fits into the waiting page's address. */
export function canTravel(query: string): boolean {
  if (query.length > LONGEST_QUERY) return false;
  // The address spells each character with at most three.
  return 3 * query.length <= LONGEST_QUERY || new URLSearchParams(query).toString().length <= LONGEST_QUERY;
}

/** Whether a return URL fits into the waiting page's address, which repeats it percent-encoded. */
export function canReturnTo(url: string): boolean {
  return encodeURIComponent(url).length <= LONGEST_QUERY;
}

/** Characters that fit however many of them are escaped. */
const FITS_ALWAYS = LONGEST_QUERY / 3;

/** The return URL if it fits, or else without its query, or else its path up to a slash: the nearest page that fits. */
export function shortenReturn(url: string): string {
  if (canReturnTo(url)) return url;
  const [path = ''] = url.split(/[?#]/, 1);
  return canReturnTo(path) ? path : path.slice(0, path.lastIndexOf('/', FITS_ALWAYS - 1) + 1);
}

/** What a stamp covers: the room, and the query up to the stamp. */
interface Stamped {
  readonly room: string;
  readonly query: string;
}

export function createAddresses(seal: Pick<Seal, 'stamp' | 'isStampOf'>, urls: Pick<PublicUrls, 'pathOf'>): Addresses {
  /** A plain hash is enough: an id cannot be guessed, and the address's stamp covers the hash. */
  const owners = memoizeRecent((visitor) => hash('sha256', `owner ${visitor}`, 'base64url').slice(0, OWNER), RECENT);
  const ownerOf = (visitor: VisitorId) => owners.get(visitor) ?? '';
  /** By its stamp, what this process stamped lately: a page that follows its redirect takes no second HMAC. */
  const written = memoizeRecent<Stamped>(() => null, RECENT);

  function isStamped({ room, query }: Stamped, stamp: string): boolean {
    const known = written.get(stamp);
    return (known?.room === room && known.query === query) || seal.isStampOf(`${room}?${query}`, stamp);
  }

  /** The address of an earlier version has a stamp there. */
  const isStampedOwner = (visitor: VisitorId, owner: string) => seal.isStampOf(`owner ${visitor}`, owner);

  /** What the stamp covers, if the address is as it was written, byte for byte: nearly all are. */
  function stampedAsWritten(room: string, query: string): string | null {
    const stampAt = query.lastIndexOf(`&${STAMP}=`);
    if (stampAt < 0) return null;
    const stamped = query.slice(0, stampAt);
    return isStamped({ room, query: stamped }, query.slice(stampAt + STAMP.length + 2)) ? stamped : null;
  }

  function readAsWritten(room: string, query: string): Pending | null {
    const stamped = stampedAsWritten(room, query);
    const timeAt = stamped?.lastIndexOf(`&${AT}=`) ?? -1;
    if (stamped === null || timeAt < 0) return null;
    return parse(stamped.slice(0, timeAt), Number(stamped.slice(timeAt + AT.length + 2)));
  }

  function readRespelled(room: string, query: string): Pending | null {
    const params = new URLSearchParams(query);
    const [at, ...otherTimes] = params.getAll(AT);
    const [stamp, ...otherStamps] = params.getAll(STAMP);
    if (at === undefined || stamp === undefined || otherTimes.length + otherStamps.length > 0) return null;
    const request = requestOf(params);
    return seal.isStampOf(`${room}?${request}&${AT}=${at}`, stamp) ? parse(request, Number(at)) : null;
  }

  return {
    ownerOf,
    isOwnedBy: ({ owner }, visitor) => owner === null || owner === ownerOf(visitor) || isStampedOwner(visitor, owner),
    of(room, pending) {
      const request = write(pending);
      const query = `${request}&${AT}=${pending.arrivedAt}`;
      const stamp = seal.stamp(`${room}?${query}`);
      if (query.length <= LONGEST_RECENT) written.set(stamp, { room, query });
      return urls.pathOf(`/rooms/${room}/wait?${query}&${STAMP}=${stamp}`);
    },
    read: (room, query) => readAsWritten(room, query) ?? readRespelled(room, query),
    isIntact: (room, query) => stampedAsWritten(room, query) !== null || readRespelled(room, query) !== null,
    guess(query) {
      const params = new URLSearchParams(query);
      const [url] = params.getAll(RETURN);
      if (url !== undefined) return { kind: 'return', url, retried: false, arrivedAt: 0 };
      return { kind: 'travelling', query, owner: null, arrivedAt: 0 };
    },
  };
}

function write(pending: Pending): string {
  switch (pending.kind) {
    case 'travelling':
      return spell(pending.query, OWN, pending.owner);
    case 'stored':
      return `client_id=${pending.clientId}&${INTERACTION}=${pending.interaction}&${MARKS.owner}=${pending.owner}`;
    case 'return':
      // Browsers write an apostrophe in a query as %27.
      return `${RETURN}=${encodeURIComponent(pending.url).replaceAll("'", '%27')}${pending.retried ? `&${RETRY}=1` : ''}`;
  }
}

/** The request of an address in the one spelling that {@link write} uses. */
function requestOf(params: URLSearchParams): string {
  const url = params.getAll(RETURN);
  if (url.length === 1) {
    return write({ kind: 'return', url: url[0] ?? '', retried: params.has(RETRY), arrivedAt: 0 });
  }
  if (!params.has(INTERACTION)) return respell(params);
  return ['client_id', INTERACTION, MARKS.owner].map((name) => `${name}=${params.getAll(name).join()}`).join('&');
}

/** An authorization request cannot match the other kinds: without a `response_type` it would not have been stamped. */
function parse(request: string, arrivedAt: number): Pending {
  if (request.includes(`&${INTERACTION}=`)) {
    const [, clientId, interaction, owner] = STORED.exec(request) ?? [];
    if (clientId && interaction && owner) return { kind: 'stored', clientId, interaction, owner, arrivedAt };
  }
  if (request.startsWith(`${RETURN}=`)) {
    const [, url, retried] = RETURNING.exec(request) ?? [];
    if (url) return { kind: 'return', url: decodeURIComponent(url), retried: retried !== undefined, arrivedAt };
  }
  return { kind: 'travelling', ...readMarks(request), arrivedAt };
}
