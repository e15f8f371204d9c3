/**
 * The waiting page's address carries the pending authorization request: its own parameters as they came, when it
 * came, and a keyed stamp over both. So the request survives a reload, a restart and a second tab, and costs the
 * store nothing. What cannot travel (pushed requests, very long ones) is an Interaction in the store instead, and
 * the address carries its id.
 */
import type { VisitorId } from '#waiting-room/ports.ts';
import type { Seal } from '#waiting-room/seal.ts';

/** The longest query that travels: proxies and browsers take 8 KiB of URL, and a redirect repeats it in a header. */
const LONGEST_QUERY = 6000;
const AT = 'anteroom_at';
const STAMP = 'anteroom_stamp';
const INTERACTION = 'anteroom_interaction';
const OWNER = 'anteroom_owner';
const STORED = new RegExp(`^${INTERACTION}=([\\w-]+)&${OWNER}=([\\w-]+)$`);
/** In the query of a request that came back for want of a ticket, so that it does not come back for ever. */
export const RETRY = 'anteroom_retry';

export type Pending =
  | {
      readonly kind: 'travelling';
      /** The query of the /authorize request, without `?`. */
      readonly query: string;
      readonly arrivedAt: number;
    }
  | {
      readonly kind: 'stored';
      readonly interaction: string;
      /** A keyed stamp over the visitor who came with the request: nobody else may finish it. */
      readonly owner: string;
      readonly arrivedAt: number;
    };

export interface Addresses {
  /** What a stored request of this visitor has for its owner. */
  ownerOf(visitor: VisitorId): string;
  /** Path and query of the room's waiting page for a pending request. */
  of(room: string, pending: Pending): string;
  /** Null when the address was altered, cut off, or made for another room. */
  read(room: string, query: string): Pending | null;
}

export function waitingPath(room: string): string {
  return `/rooms/${room}/wait`;
}

/** Whether a request to /authorize can travel in the waiting page's address. */
export function canTravel(method: string, query: string): boolean {
  return method === 'GET' && query.length <= LONGEST_QUERY && !/(?:^|&)request(?:_uri)?=/.test(query);
}

export function createAddresses(seal: Pick<Seal, 'stamp' | 'isStampOf'>): Addresses {
  return {
    ownerOf: (visitor) => seal.stamp(`owner ${visitor}`),
    of(room, pending) {
      const request =
        pending.kind === 'travelling'
          ? pending.query
          : `${INTERACTION}=${pending.interaction}&${OWNER}=${pending.owner}`;
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
      const [, interaction, owner] = STORED.exec(request) ?? [];
      return interaction && owner
        ? { kind: 'stored', interaction, owner, arrivedAt }
        : { kind: 'travelling', query: request, arrivedAt };
    },
  };
}
