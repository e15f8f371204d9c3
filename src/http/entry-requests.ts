import type { IncomingMessage } from 'node:http';
import type { AddressKey } from '#waiting-room/entry/address-key.ts';
import type { EntryRequest } from '#waiting-room/entry/entry-request.ts';
import type { ClientAddress } from './client-address.ts';
import { networksOf } from './client-network.ts';

/** What a door tells the waiting room of the sender of a request. */
export type EntryRequestOf = (req: IncomingMessage) => EntryRequest;

export function createEntryRequests(clientAddress: ClientAddress, addressKey: AddressKey): EntryRequestOf {
  return (req) => ({ address: addressKey(networksOf(clientAddress(req))) });
}
