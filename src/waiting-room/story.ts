/**
 * Tells what happened to a room by itself, as a look at its line shows it: turns that expired, draws, the counters
 * each minute. How far it was told is kept in the line, so that whoever looks next goes on from there: nothing is left
 * out, and told twice is only what a process told right before it died.
 */
import type { Emit } from './activity.ts';
import { drawReport } from './draw-report.ts';
import type { LineStore, LineView } from './ports.ts';
import type { RoomId } from './room.ts';

/** How often the counters are told, in ms. */
const METRICS_EVERY = 60_000;

interface Told {
  readonly generation: number;
  readonly expired: number;
  /** How many draws were told to be open, and how many to be done: they are so in order. */
  readonly opened: number;
  readonly done: number;
  readonly metricsAt: number;
}

export interface StoryDeps {
  readonly line: Pick<LineStore, 'note'>;
  readonly now: () => number;
  readonly emit: Emit;
}

/** For one process at a time: two at once would tell twice. */
export function createStory({ line, now, emit }: StoryDeps) {
  function emitDraws(room: RoomId, { opened, done }: Told, { draws }: LineView): number {
    for (const draw of draws.slice(opened)) {
      emit('draw.announced', { room, event: draw.event, seed_hash: draw.seedHash });
    }
    const drawn = draws.map(drawReport).filter(({ seed }) => seed !== null);
    for (const { event, entrants, seed } of drawn.slice(done)) {
      emit('draw.done', { room, event, entrants: entrants ?? 0, seed: seed ?? '' });
    }
    return drawn.length;
  }

  return async function goOn(room: RoomId, view: LineView): Promise<void> {
    const { generation, counters, notes, draws } = view;
    const before = readTold(notes.told, generation) ?? { generation, expired: 0, opened: 0, done: 0, metricsAt: now() };
    const count = counters.expired - before.expired;
    if (count > 0) emit('turns.expired', { room, count });
    const done = emitDraws(room, before, view);
    const since = now() - before.metricsAt;
    const due = since < 0 || since >= METRICS_EVERY;
    if (due) emit('room.metrics', { room, counters });

    const told: Told = {
      generation,
      expired: counters.expired,
      opened: draws.length,
      done,
      metricsAt: due ? now() : before.metricsAt,
    };
    const note = JSON.stringify(told);
    if (note !== notes.told) await line.note(room, 'told', note);
  };
}

function readTold(note: string, generation: number): Told | null {
  const told = note === '' ? null : (JSON.parse(note) as Told);
  return told?.generation === generation ? told : null;
}
