/**
 * The address of the waiting page carries the visitor's pending request: an authorization request, or a return to a
 * page of the site. Its own parameters come first, as they were received, then the time of arrival, then a keyed stamp
 * over both. So the request survives a reload, a restart and a second tab, and it takes no row in the store. An
 * authorization request that cannot travel (a pushed request, or a very long one) is an Interaction in the store, and
 * the address carries its id.
 */
import type { Seal } from '#waiting-room/seal.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** Characters. Proxies and browsers accept URLs of 8 KiB, and a redirect repeats the query in a header. */
export const LONGEST_QUERY = 6000;
const AT = 'anteroom_at';
const STAMP = 'anteroom_stamp';
const INTERACTION = 'anteroom_interaction';
const OWNER = 'anteroom_owner';
const RETURN = 'anteroom_return';
const STORED = new RegExp(`^client_id=([\\w.~-]+)&${INTERACTION}=([\\w-]+)&${OWNER}=([\\w-]+)$`);
/** Marks a request that was sent through its door again because the browser brought no ticket. It happens once. */
export const RETRY = 'anteroom_retry';
const RETURNING = new RegExp(`^${RETURN}=([^&]+?)(&${RETRY}=1)?$`);

/** An authorization request whose visitor waits. */
export type PendingRequest =
  | {
      readonly kind: 'travelling';
      /** The query of the /authorize request, without `?`. */
      readonly query: string;
      readonly arrivedAt: number;
    }
  | {
      readonly kind: 'stored';
      readonly clientId: string;
      readonly interaction: string;
      /** A keyed stamp over the visitor who made the request: no other visitor may finish it. */
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

export interface Addresses {
  /** The `owner` of a stored request of this visitor. */
  ownerOf(visitor: VisitorId): string;
  /** Path and query of the room's waiting page for a pending request. */
  of(room: string, pending: Pending): string;
  /** Null if the address was altered, cut off, or made for another room. */
  read(room: string, query: string): Pending | null;
}

export function waitingPath(room: string): string {
  return `/rooms/${room}/wait`;
}

/** Whether a request to /authorize can travel in the waiting page's address. */
export function canTravel(method: string, query: string): boolean {
  return method === 'GET' && query.length <= LONGEST_QUERY && !/(?:^|&)request(?:_uri)?=/.test(query);
}

/** Whether a return URL fits into the waiting page's address, which repeats it percent-encoded. */
export function canReturnTo(url: string): boolean {
  return encodeURIComponent(url).length <= LONGEST_QUERY;
}

export function createAddresses(seal: Pick<Seal, 'stamp' | 'isStampOf'>): Addresses {
  return {
    ownerOf: (visitor) => seal.stamp(`owner ${visitor}`),
    of(room, pending) {
      const request = write(pending);
      const stamped = `${request}&${AT}=${pending.arrivedAt}`;
      return `${waitingPath(room)}?${stamped}&${STAMP}=${seal.stamp(`${room}?${stamped}`)}`;
    },
    read(room, query) {
      const stampAt = query.lastIndexOf(`&${STAMP}=`);
      const timeAt = query.lastIndexOf(`&${AT}=`, stampAt);
      if (stampAt < 0 || timeAt < 0) return null;
      const stamped = query.slice(0, stampAt);
      if (!seal.isStampOf(`${room}?${stamped}`, query.slice(stampAt + STAMP.length + 2))) return null;
      const request = stamped.slice(0, timeAt);
      const arrivedAt = Number(stamped.slice(timeAt + AT.length + 2));
      return parse(request, arrivedAt);
    },
  };
}

function write(pending: Pending): string {
  switch (pending.kind) {
    case 'travelling':
      return pending.query;
    case 'stored':
      return `client_id=${pending.clientId}&${INTERACTION}=${pending.interaction}&${OWNER}=${pending.owner}`;
    case 'return':
      return `${RETURN}=${encodeURIComponent(pending.url)}${pending.retried ? `&${RETRY}=1` : ''}`;
  }
}

/** An authorization request cannot match the other kinds: without a `response_type` it would not have been stamped. */
function parse(request: string, arrivedAt: number): Pending {
  const [, clientId, interaction, owner] = STORED.exec(request) ?? [];
  if (clientId && interaction && owner) return { kind: 'stored', clientId, interaction, owner, arrivedAt };
  const [, url, retried] = RETURNING.exec(request) ?? [];
  if (url) return { kind: 'return', url: decodeURIComponent(url), retried: retried !== undefined, arrivedAt };
  return { kind: 'travelling', query: request, arrivedAt };
}
