import { join } from 'node:path';
import type { Fault } from '#settings/faults.ts';
import type { PrivateJwks } from '#signing-keys/jwks.ts';
import { generateJwks, parseJwks } from '#signing-keys/jwks.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { ConfigFault } from './config-error.ts';
import type { ReadFile } from './file.ts';
import { readKept } from './secrets.ts';

/** What the OpenID provider would refuse in a relying party, where these keys sign. */
export type ClientFaultsOf = (jwks: PrivateJwks) => (party: RelyingParty) => Promise<readonly Fault[]>;

/** The faults that only the OpenID provider knows, each with its line in the file. */
export async function partyFaults(
  file: ReadFile | null,
  jwks: PrivateJwks,
  clientFaultsOf: ClientFaultsOf,
): Promise<readonly ConfigFault[]> {
  if (!file?.settings) return [];
  const { settings, place } = file;
  const clientFaults = clientFaultsOf(jwks);
  const faults = await Promise.all(
    settings.relyingParties.map(async (party, i) =>
      (await clientFaults(party)).map(({ field, message }) =>
        place({
          path: ['relying_parties', i, ...(field === '' ? [] : [field])],
          field: `relying_parties[${i}]${field === '' ? '' : `.${field}`}`,
          message,
        }),
      ),
    ),
  );
  return faults.flat();
}

/** The keys in `folder` that will sign, or keys like those that will be generated there. Writes nothing. */
export async function keysToCome(folder: string): Promise<PrivateJwks> {
  const text = await readKept(join(folder, 'jwks.json')).catch(() => null);
  const kept = text === null ? null : parseJwks(text);
  return kept && !('refusal' in kept) ? kept : generateJwks();
}
