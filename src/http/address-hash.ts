import type { IncomingMessage } from 'node:http';
import type { Seal } from '#waiting-room/seal.ts';
import type { ClientAddress } from './client-address.ts';
import { networkOf } from './client-network.ts';

/** A keyed hash of the client's network, which the audit log shows instead of an address. Equal for equal networks. */
export type AddressHash = (req: IncomingMessage) => string;

export function createAddressHash(seal: Pick<Seal, 'stamp'>, clientAddress: ClientAddress): AddressHash {
  return (req) => seal.stamp(`address ${networkOf(clientAddress(req))}`);
}
