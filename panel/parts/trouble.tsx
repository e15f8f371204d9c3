import type { ReadonlySignal } from '@preact/signals';
import type { Told } from '../state/api.ts';
import { ToldText } from './told-text.tsx';

/** What went wrong, read out when it appears. Nothing is shown while it is empty. */
export function Trouble({ of }: { readonly of: ReadonlySignal<Told> }) {
  return (
    <p role="alert" class="fault" hidden={of.value === ''}>
      <ToldText of={of.value} />
    </p>
  );
}
