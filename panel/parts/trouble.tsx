import type { ReadonlySignal } from '@preact/signals';

/** What went wrong, read out when it appears. Nothing is shown while it is empty. */
export function Trouble({ of }: { readonly of: ReadonlySignal<string> }) {
  return (
    <p role="alert" class="fault" hidden={of.value === ''}>
      {of.value}
    </p>
  );
}
