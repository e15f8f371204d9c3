import type { EntryAction } from './decide-entry.ts';

/** What a door knows of somebody who comes to it, for the case that they have no place yet. */
export interface EntryRequest {
  /** Whether a valid proof came with the request. */
  readonly proven?: boolean | undefined;
  /** The key of the address (`address-key.ts`). Without one, no limit holds. */
  readonly address?: string | null | undefined;
  /** What the room's rules say; `wait` by default. */
  readonly action?: EntryAction | undefined;
}
