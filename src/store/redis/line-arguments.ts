/** The arguments of scripts of the line, as the scripts read them. */
import type { Checkpoint, RememberedDraw } from '#waiting-room/line/index.ts';
import type { Claim, Holder } from '#waiting-room/line/place.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';

export const ofHolder = ({ incarnation = '', generation, number, visitor }: Holder, now: number) => [
  now,
  incarnation,
  generation,
  number,
  visitor,
];

export const ofClaim = ({ confirmed = false, lifetime, late = false, ...holder }: Claim, now: number) => [
  ...ofHolder(holder, now),
  confirmed ? 1 : 0,
  ...(lifetime === undefined && !late ? [] : [lifetime ?? '', late ? 1 : 0]),
];

export const ofRules = ({ mode, size, lifetime, claimWindow, presenceTimeout, ...later }: LineRules) => [
  mode,
  size,
  lifetime,
  claimWindow,
  presenceTimeout,
  later.challenge ? 1 : 0,
  later.unprovenPerAddress ?? 0,
  later.presentFromJoin === false ? 0 : 1,
  later.missedTurnGrace ?? 0,
  later.confirmWindow ?? 0,
  later.sizeVersion === undefined ? 0 : later.sizeVersion + 1,
  later.pauseStops === undefined ? 0 : 1,
  later.pauseStops === 'claim_windows_and_admissions' ? 1 : 0,
];

const bitsOf = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []);

/** As lib/lost-draws.lua reads them. */
const ofDraw = ({ event, seed, seedHash, order, opensAt, startsAt, ...of }: RememberedDraw) => {
  const outcome = of.drawnAt === null ? [] : [of.drawnAt, of.base, of.entrants ?? 0, ...(of.released ? [1] : [])];
  return [
    JSON.stringify({ event, seed, seedHash }),
    of.committedAt,
    [order, opensAt, startsAt ?? ''].join(':'),
    [of.arrivals, ...outcome].join(':'),
    bitsOf(of.drawnAt === null ? of.present : of.there),
    bitsOf(of.withdrawn),
  ];
};

export const ofCheckpoint = ({
  counters,
  turns,
  joinPeak,
  alarm,
  inletState,
  notes,
  draws = [],
  ...of
}: Checkpoint) => [
  of.incarnation,
  of.generation,
  counters.queue,
  counters.serving,
  counters.claimed,
  counters.active,
  counters.completed,
  counters.abandoned,
  counters.expired,
  turns,
  joinPeak,
  alarm ? 1 : 0,
  inletState,
  notes.signal,
  notes.meter,
  notes.told,
  notes.allotments,
  of.shifted ?? 0,
  of.lineage ?? '',
  of.epoch ?? 0,
  of.stopped ?? 0,
  of.stoppedAt ?? 0,
  ...draws.flatMap(ofDraw),
];
