import type { InletSettings } from '../room.ts';
import { adaptive } from './adaptive.ts';
import type { Inlet, Step, Tick } from './inlet.ts';
import { manual } from './manual.ts';
import { maxSize } from './max-size.ts';
import { periodic } from './periodic.ts';
import { rate } from './rate.ts';

const INLETS: { readonly [S in InletSettings['strategy']]: Inlet<Extract<InletSettings, { strategy: S }>> } = {
  manual,
  periodic,
  rate,
  'max-size': maxSize,
  adaptive,
};

export function tickInlet(settings: InletSettings, tick: Tick): Step {
  return (INLETS[settings.strategy] as Inlet)(settings, tick);
}

export type { Signal, Step } from './inlet.ts';
