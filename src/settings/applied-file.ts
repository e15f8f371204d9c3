/** What is remembered of the configuration files that were applied, and which file may be applied after them. */
import type { FileSettings } from './file.ts';
import { relyingPartyKind, roomKind } from './file-merge.ts';
import type { Json } from './three-way-merge.ts';

export interface AppliedFile {
  /** CONFIG_REVISION of the newest file that was applied. Null: none had one. */
  readonly revision: number | null;
  /** What identifies the files that were applied, the newest first. */
  readonly files: readonly string[];
  /** What the newest file says about each room, by id. */
  readonly rooms: Readonly<Record<string, Json>>;
  /** The same for relying parties, by client id. */
  readonly relying_parties: Readonly<Record<string, Json>>;
  /** The same for groups. Missing where the file has none. */
  readonly groups?: Readonly<Record<string, Json>> | undefined;
}

type Named = Pick<AppliedFile, 'rooms' | 'relying_parties' | 'groups'>;

/** The most files that are remembered. */
const FILES = 100;

/** A configuration file as it is compared with those that were applied before. */
export interface CandidateFile {
  readonly revision: number | null;
  /** A hash of what it says. */
  readonly id: string;
}

/** What a file names, by id. */
export function namedIn({ rooms, relyingParties, groups = [], written }: FileSettings): Named {
  return {
    rooms: Object.fromEntries(
      rooms.map((room, i) => [room.id, written ? roomKind.named(room, written.rooms[i]) : roomKind.encode(room)]),
    ),
    relying_parties: Object.fromEntries(
      relyingParties.map((party, i) => [
        party.client_id,
        written ? relyingPartyKind.named(party, written.relying_parties[i]) : relyingPartyKind.encode(party),
      ]),
    ),
    ...(groups.length > 0 ? { groups: Object.fromEntries(groups.map((group) => [group.id, { ...group }])) } : {}),
  };
}

/**
 * Why a file must not be applied: a file with a higher revision was, or, without revisions, it was applied before and
 * another one since. Null: it may be applied. Processes that share no store with others have no older file.
 */
export function supersededBy(
  applied: AppliedFile | null,
  { revision, id }: CandidateFile,
  isShared: boolean,
): 'revision' | 'file' | null {
  if (!applied) return null;
  if (revision !== null && applied.revision !== null && revision < applied.revision) return 'revision';
  if (revision !== null && revision !== applied.revision) return null;
  return isShared && applied.files.indexOf(id) > 0 ? 'file' : null;
}

/** What is to be remembered once a file is applied. */
export function withFile(applied: AppliedFile | null, { revision, id }: CandidateFile, named: Named): AppliedFile {
  const others = (applied?.files ?? []).filter((each) => each !== id);
  return { revision: revision ?? applied?.revision ?? null, files: [id, ...others].slice(0, FILES), ...named };
}
