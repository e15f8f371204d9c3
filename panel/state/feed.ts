/** The activity feed: what happened, in as few lines as say it. */
import type { ActivityEvent } from './types.ts';

/**
 * One entry for raises that follow each other, as an inlet raises the serving counter several times a second in a busy
 * room. Newest first, as the events are.
 */
export function mergeRaises(events: readonly ActivityEvent[]): readonly ActivityEvent[] {
  const merged: ActivityEvent[] = [];
  for (const event of events) {
    const newer = merged.at(-1);
    if (newer && continues(newer, event)) merged[merged.length - 1] = { ...newer, from: event.from };
    else merged.push(event);
  }
  return merged;
}

const continues = (newer: ActivityEvent, event: ActivityEvent): boolean =>
  event.type === 'counter.raised' && newer.type === event.type && newer.by === event.by && newer.from === event.to;
