import type { Raise } from '../ports.ts';
import type { InletSettings } from '../room.ts';
import type { Inlet } from './inlet.ts';
import { manual } from './manual.ts';
import { maxSize } from './max-size.ts';

const INLETS: { readonly [S in InletSettings['strategy']]: Inlet<Extract<InletSettings, { strategy: S }>> } = {
  manual,
  'max-size': maxSize,
};

export function tickInlet(settings: InletSettings): Raise | null {
  return (INLETS[settings.strategy] as Inlet).tick(settings);
}
