import { useEffect, useId, useRef } from 'preact/hooks';
import { session } from '../../../state/session.ts';
import { t } from '../../../state/words.ts';

export interface PreviewFrameProps {
  readonly room: string;
  /** What to show, as JSON. */
  readonly preview: string;
  readonly title: string;
  readonly look: 'light' | 'dark';
  readonly size: 'phone' | 'wide';
}

/**
 * A page of the service in a frame, sent there by a form: so the page has its own policy and runs nothing. Give it a key
 * for each preview: the first page of a frame leaves no step in the browser's history.
 */
export function PreviewFrame({ room, preview, title, look, size }: PreviewFrameProps) {
  const form = useRef<HTMLFormElement>(null);
  const name = useId();
  useEffect(() => form.current?.submit(), []);
  return (
    <form ref={form} method="post" action={`theme-frame/${encodeURIComponent(room)}`} target={name}>
      <input type="hidden" name="csrf" value={session.value?.csrf ?? ''} />
      <input type="hidden" name="preview" value={preview} />
      <iframe name={name} class={`page ${look} ${size}`} title={title} sandbox="" />
      <p class="actions">
        <button type="submit" formTarget="_blank">
          {t('theme.preview_tab')}
        </button>
      </p>
    </form>
  );
}
