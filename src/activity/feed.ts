/** The stream of what happens: each fact gets an id and a time, and goes to every sink. */
import { randomUUID } from 'node:crypto';
import type { Activity, Emit } from '#waiting-room/activity.ts';

/** Takes a fact; never throws and never waits. */
export type Sink = (activity: Activity) => void;

export function createFeed(sinks: readonly Sink[], now: () => number): Emit {
  return (type, fact) => {
    // The catalogue's types go in as a pair and come out as one object.
    const activity = { id: randomUUID(), type, time: new Date(now()).toISOString(), ...fact } as Activity;
    for (const sink of sinks) sink(activity);
  };
}
