import type { IncomingMessage } from 'node:http';
import type { AddressKey } from '#waiting-room/entry/address-key.ts';
import type { EntryRequest } from '#waiting-room/entry/entry-request.ts';
import type { ClientAddress, TrustProxy } from './client-address.ts';
import { networksOf } from './client-network.ts';

/** What a door tells the waiting room about the sender of a request. */
export type EntryRequestOf = (req: IncomingMessage) => EntryRequest;

export interface EntryRequestsDeps {
  readonly clientAddress: ClientAddress;
  readonly addressKey: AddressKey;
  readonly trustProxy: TrustProxy;
  readonly log: { warn(details: object, message: string): void };
}

export function createEntryRequests({ clientAddress, addressKey, trustProxy, log }: EntryRequestsDeps): EntryRequestOf {
  let isWarned = trustProxy !== 0;
  return (req) => {
    if (!isWarned && req.headers['x-forwarded-for'] !== undefined) {
      isWarned = true;
      log.warn({}, 'a proxy names its clients, but TRUST_PROXY is not set: limits count all of them as one address');
    }
    return { address: addressKey(networksOf(clientAddress(req))) };
  };
}
