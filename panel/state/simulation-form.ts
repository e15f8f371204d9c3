/** What an operator expects of a sale, as the API's simulation takes it. */
import type { EventSettings } from './types.ts';

export interface SimulationForm {
  /** An id, or empty: at this moment. */
  readonly event: string;
  /** People who come before the start, and in the hour after it. */
  readonly before: string;
  readonly after: string;
  /** How long people stay inside, in minutes: half of them at most. */
  readonly stay: string;
  /** Of a hundred, how many don't take their turn. */
  readonly noShow: string;
}

const MINUTE = 60_000;

/** People come evenly before the start, and after it fewer and fewer, for an hour. */
export function simulationBody(form: SimulationForm, events: readonly EventSettings[]) {
  const event = events.find(({ id }) => id === form.event);
  const wait = event?.prequeue_start ? (Date.parse(event.start) - Date.parse(event.prequeue_start)) / MINUTE : 0;
  const minutes = Math.max(0, Math.round(wait));
  const [before, after, stay, noShow] = [form.before, form.after, form.stay, form.noShow].map(Number) as Numbers;
  const evenly =
    minutes > 0
      ? [
          { at: '0s', per_minute: before / minutes },
          { at: `${minutes}m`, per_minute: before / minutes },
        ]
      : [{ at: '0s', people: before }];
  return {
    ...(event ? { event: event.id } : {}),
    arrivals: [...evenly, { at: `${minutes}m`, per_minute: after / 30 }, { at: `${minutes + 60}m`, per_minute: 0 }],
    visitors: {
      no_show: noShow / 100,
      dwell: { median: `${Math.round(stay * 60)}s`, p95: `${Math.round(stay * 150)}s` },
    },
    duration: `${minutes + 360}m`,
  };
}

type Numbers = [number, number, number, number];

/** Whether each field is a number that a simulation can take. */
export const isSimulationForm = (form: SimulationForm): boolean =>
  [form.before, form.after, form.stay, form.noShow].every((text) => text.trim() !== '' && Number(text) >= 0) &&
  Number(form.stay) > 0 &&
  Number(form.noShow) <= 100;
