/** The strategies that raise the serving counter, by the name in a room's settings. To add one, add it to this table. */
import { adaptive } from './adaptive.ts';
import type { Inlet, Step, Tick } from './inlet.ts';
import { manual } from './manual.ts';
import { maxSize } from './max-size.ts';
import { periodic } from './periodic.ts';
import { rate } from './rate.ts';

const INLETS = {
  manual,
  periodic,
  rate,
  'max-size': maxSize,
  adaptive,
} as const;

/** The settings of any strategy. */
export type InletSettings = Parameters<(typeof INLETS)[keyof typeof INLETS]>[0];

export function tickInlet(settings: InletSettings, tick: Tick): Step {
  return (INLETS[settings.strategy] as Inlet<InletSettings>)(settings, tick);
}

export type { Signal, Step } from './inlet.ts';
