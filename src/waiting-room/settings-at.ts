import type { RoomEvent, RoomSettings } from './room.ts';

/** The event whose prequeue has begun and which has not ended. */
export function eventAt(settings: RoomSettings, now: number): RoomEvent | null {
  return settings.events.find((event) => event.prequeue_start <= now && now < (event.end ?? Infinity)) ?? null;
}

/** The settings that apply at a time: an event's title and message from its prequeue on, its inlet from its start. */
export function settingsAt(settings: RoomSettings, now: number): RoomSettings {
  const event = eventAt(settings, now);
  if (!event) return settings;
  return {
    ...settings,
    ...(event.title === undefined ? {} : { title: event.title, titles: event.titles }),
    ...(event.message === undefined ? {} : { message: event.message, messages: event.messages }),
    inlet: (now >= event.start ? event.inlet : undefined) ?? settings.inlet,
  };
}
