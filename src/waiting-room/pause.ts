/** What stands still while a room is paused. */
import type { PauseStops, RoomSettings } from './room.ts';

type PauseSettings = Pick<RoomSettings, 'pause' | 'pause_stops_admissions'>;

/** What a pause stops, by the settings of a room. */
export function pauseStopsOf({ pause, pause_stops_admissions: stopsAdmissions }: PauseSettings): PauseStops {
  const stops = pause?.stops ?? 'nothing';
  return stops === 'claim_windows' && stopsAdmissions ? 'claim_windows_and_admissions' : stops;
}

/** The settings of a room whose pause stops this; undefined is the default. */
export function pauseSettings(stops: PauseStops | undefined): PauseSettings {
  if (stops === undefined) return {};
  if (stops !== 'claim_windows_and_admissions') return { pause: { stops } };
  return { pause: { stops: 'claim_windows' }, pause_stops_admissions: true };
}

/** Whether the time of served visitors stands still. */
export function areTurnsStopped({ mode, ...settings }: PauseSettings & Pick<RoomSettings, 'mode'>): boolean {
  return mode === 'paused' && pauseStopsOf(settings) !== 'nothing';
}

/** Whether the time of visitors inside stands still. */
export function areAdmissionsStopped({ mode, ...settings }: PauseSettings & Pick<RoomSettings, 'mode'>): boolean {
  return mode === 'paused' && pauseStopsOf(settings) === 'claim_windows_and_admissions';
}
