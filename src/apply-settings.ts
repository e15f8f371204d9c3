import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppliedFile, namedIn, supersededBy, withFile } from '#settings/applied-file.ts';
import { describeDifference } from '#settings/describe-difference.ts';
import type { FileSettings } from '#settings/file.ts';
import { type FileKind, relyingPartyKind, roomKind } from '#settings/file-merge.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import { type Difference, differences, type Json } from '#settings/three-way-merge.ts';
import type { Log } from '#telemetry/log.ts';
import type { OperatorAction } from '#waiting-room/activity.ts';
import type { AuditEntry } from '#waiting-room/audit-entry.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Operations } from '#waiting-room/operations.ts';
import type { AppliedFileStore } from '#waiting-room/ports/applied-file.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { isSameJson } from '#waiting-room/same-json.ts';
import type { Say } from '#waiting-room/sentence.ts';

/** The pause between attempts while the store is unavailable, in ms. */
const RETRY_DELAY = 1000;
/** How long, in ms, a process that died while it applied its file keeps the others waiting. */
const LEASE = 10_000;
const LEASE_RETRY = 100;
/** The most entries of the audit log that are searched for who set a value. */
const SEARCHED = 10_000;

export interface ApplyDeps {
  readonly operations: Pick<Operations, 'rooms' | 'relyingParties' | 'upsertRoom' | 'upsertRelyingParty' | 'putGroup'>;
  readonly appliedFile: AppliedFileStore;
  readonly leases: Leases;
  /** The newest entries of the audit log, newest first. */
  readonly audit: { newest(limit: number): Promise<readonly AuditEntry[]> };
  readonly log: Pick<Log, 'warn'>;
  /** The public URL. */
  readonly issuer: string;
  /** In English, as the log is. */
  readonly say: Say;
  /** CONFIG_REVISION. Null: the file has none. */
  readonly revision: number | null;
  /** Whether other processes may use the store, with files of their own. */
  readonly isShared: boolean;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Applies what is new or has changed in the configuration file since it was last applied, by any process. Other settings
 * keep their live values, and each that differs from the file is logged. Counters never change, and what the file does
 * not name stays. Logs a warning for each setting that will not work. Retries while the store is unavailable.
 *
 * Rejects, and stores nothing, if a relying party names a room that is neither in the file nor in the store.
 */
export async function applySettings(settings: FileSettings | null, deps: ApplyDeps): Promise<void> {
  if (!settings) return;
  const { log, signal } = deps;
  for (const party of settings.relyingParties) {
    for (const warning of warningsOf(party, deps.issuer)) log.warn({ client_id: party.client_id }, deps.say(warning));
  }
  while (!signal.aborted) {
    try {
      refuseUnknownRooms(settings, await deps.operations.rooms());
      const messages = await alone(deps, (renew) => apply(settings, deps, renew));
      for (const message of messages) log.warn({}, message);
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn({ err: error }, 'store unavailable, settings not applied yet');
      await delay(RETRY_DELAY, undefined, { signal }).catch(() => undefined);
    }
  }
}

function refuseUnknownRooms(settings: FileSettings, stored: readonly RoomSettings[]): void {
  const { rooms, relyingParties, groups = [], places } = settings;
  const known = new Set([...rooms, ...stored].map(({ id }) => id));
  const faults = relyingParties
    .filter(({ room }) => !known.has(room))
    .map(({ client_id, room }) => {
      const place = places?.get(client_id) ?? `the room of ${client_id}`;
      return `${place} must name a room of the file or the store: there is no ${room}`;
    });
  const ofGroups = groups.flatMap(({ id, rooms: shares }) =>
    Object.keys(shares)
      .filter((room) => !known.has(room))
      .map((room) => `the group ${id} must have rooms of the file or the store: there is no ${room}`),
  );
  faults.push(...ofGroups);
  if (faults.length > 0) throw new Error(`\n  ${faults.join('\n  ')}`);
}

/** Runs a task while no other process runs it. The task has to renew the lease. */
async function alone<T>(
  { leases, signal }: ApplyDeps,
  task: (renew: () => Promise<unknown>) => Promise<T[]>,
): Promise<T[]> {
  const self = randomUUID();
  const lease = () => leases.lease('settings', self, LEASE);
  while (!(await lease())) {
    if (signal.aborted) return [];
    await delay(LEASE_RETRY, undefined, { signal }).catch(() => undefined);
  }
  return task(lease).finally(() => leases.release('settings', self).catch(() => undefined));
}

/** Resolves to what is to be logged. */
async function apply(settings: FileSettings, deps: ApplyDeps, renew: () => Promise<unknown>): Promise<string[]> {
  const { operations, appliedFile, revision, isShared, audit } = deps;
  const text = await appliedFile.read();
  const applied = text === null ? null : (JSON.parse(text) as AppliedFile);
  const named = namedIn(settings);
  const file = { revision, id: createHash('sha256').update(JSON.stringify(named)).digest('base64url') };
  const superseded = supersededBy(applied, file, isShared && !settings.fileWins);
  if (superseded) return [SUPERSEDED[superseded](applied?.revision ?? null)];

  let read: Promise<readonly AuditEntry[]> | undefined;
  const history = () => (read ??= audit.newest(SEARCHED));
  const rooms = await applyKind(
    {
      ...{ kind: roomKind, what: 'room', actions: ['room.put', 'room.deleted'] as const },
      given: settings.rooms.map((room) => ({ id: room.id, settings: room })),
      live: new Map((await operations.rooms()).map((room) => [room.id, room])),
      upsert: (id, change) => operations.upsertRoom(id, change),
      last: applied?.rooms ?? null,
      named: named.rooms,
    },
    { fileWins: settings.fileWins ?? false, history, renew },
  );
  const parties = await applyKind(
    {
      ...{
        kind: relyingPartyKind,
        what: 'relying party',
        actions: ['relying_party.put', 'relying_party.deleted'] as const,
      },
      given: settings.relyingParties.map((party) => ({ id: party.client_id, settings: party })),
      live: new Map((await operations.relyingParties()).map((party) => [party.client_id, party])),
      upsert: async (id, change) => {
        await operations.upsertRelyingParty(id, change);
      },
      last: applied?.relying_parties ?? null,
      named: named.relying_parties,
    },
    { fileWins: settings.fileWins ?? false, history, renew },
  );
  for (const group of settings.groups ?? []) {
    if (!settings.fileWins && isSameJson(applied?.groups?.[group.id], group)) continue;
    await renew();
    await operations.putGroup(group);
  }
  const next = JSON.stringify(withFile(applied, file, named));
  if (next !== text) await appliedFile.write(next);
  return [...rooms, ...parties];
}

const SUPERSEDED = {
  revision: (newer: number | null) =>
    `the configuration file is not applied: its CONFIG_REVISION is lower than ${newer}, which was applied before`,
  file: () =>
    'the configuration file is not applied: another process has applied a later one since. Set CONFIG_REVISION to a higher number to apply it again',
};

interface Kind<T> {
  readonly kind: FileKind<T>;
  /** As messages name it. */
  readonly what: string;
  readonly actions: readonly [put: OperatorAction, deleted: OperatorAction];
  readonly given: readonly { readonly id: string; readonly settings: T }[];
  readonly live: ReadonlyMap<string, T>;
  upsert(id: string, change: (current: T | null) => T): Promise<void>;
  /** What the file said when it was last applied. Null: nothing is remembered. */
  readonly last: Readonly<Record<string, Json>> | null;
  readonly named: Readonly<Record<string, Json>>;
}

interface Around {
  readonly fileWins: boolean;
  history(): Promise<readonly AuditEntry[]>;
  renew(): Promise<unknown>;
}

async function applyKind<T>(of: Kind<T>, { fileWins, history, renew }: Around): Promise<string[]> {
  const { kind, what, actions, given, live, upsert, last, named } = of;
  const [put, deleted] = actions;
  const messages: string[] = [];
  const entriesOf = async (id: string) => (await history()).filter(({ subject }) => subject === id);
  const settingsIn = ({ by, detail }: AuditEntry) => ({ by, settings: encoded(kind, detail as T) });

  /** What an earlier version applied last is in the audit log. If it is not, what is live is kept. */
  async function lastApplied(id: string): Promise<Json> {
    if (last) return last[id];
    if (!live.has(id)) return undefined;
    const entry = (await entriesOf(id)).find(({ by, action }) => by === 'anteroom' && action === put);
    return entry ? settingsIn(entry).settings : named[id];
  }

  for (const { id, settings } of given) {
    await renew();
    const file = named[id];
    const before = fileWins ? undefined : await lastApplied(id);
    if (!fileWins && !live.has(id) && before !== undefined && isSameJson(before, file)) {
      const entry = (await entriesOf(id)).find(({ action }) => action === deleted);
      const by = entry ? ` with the token \`${entry.by}\`` : '';
      messages.push(`${what} ${id}: was deleted${by}; the file still has it`);
      continue;
    }
    let after: T = settings;
    await upsert(id, (current) => {
      after = current === null || fileWins ? settings : kind.merge(current, { last: before, file });
      return after;
    });
    const found: Difference[] = fileWins ? [] : differences(kind.encode(after), file);
    if (found.length === 0) continue;
    const past = (await entriesOf(id)).filter(({ action }) => action === put).map(settingsIn);
    messages.push(...found.map((difference) => describeDifference(`${what} ${id}`, difference, past)));
  }
  return messages;
}

/** Null where an entry of another version cannot be read. */
function encoded<T>(kind: FileKind<T>, settings: T): Json {
  try {
    return kind.encode(settings);
  } catch {
    return null;
  }
}
