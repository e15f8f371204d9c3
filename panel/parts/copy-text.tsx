import { useId } from 'preact/hooks';
import { CopyButton } from './copy-button.tsx';

/** A value to be copied into another program's settings. */
export function CopyText({ name, text }: { readonly name: string; readonly text: string }) {
  const id = useId();
  return (
    <p class="copy">
      <label for={id}>{name}</label>
      <input id={id} dir="ltr" readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
      <CopyButton name={name} text={text} />
    </p>
  );
}
