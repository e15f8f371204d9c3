/** The feed of activity events: each event gets an id and a time, and goes to every sink. */
import { randomUUID } from 'node:crypto';
import type { Activity, Emit } from '#waiting-room/activity.ts';

/** Takes an event. Never throws and never waits. */
export type Sink = (activity: Activity) => void;

export function createFeed(sinks: readonly Sink[], now: () => number): Emit {
  return (type, fields) => {
    // The compiler does not connect the type with its fields once they are one object.
    const activity = { id: randomUUID(), type, time: new Date(now()).toISOString(), ...fields } as Activity;
    for (const sink of sinks) sink(activity);
  };
}
