import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Refused, type Told, wordsOf } from '../state/api.ts';
import { csrfHeaders } from '../state/session.ts';
import { ToldText } from './told-text.tsx';

export interface ExportButtonProps {
  /** Below the API. */
  readonly path: string;
  readonly file: string;
  readonly children: ComponentChildren;
}

/** Saves an answer of the API as a file. A link could not send the CSRF token. */
export function ExportButton({ path, file, children }: ExportButtonProps) {
  const trouble = useSignal<Told>('');
  async function save() {
    try {
      const answer = await fetch(`v1${path}`, { headers: csrfHeaders(), cache: 'no-store' });
      if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
      const url = URL.createObjectURL(await answer.blob());
      const link = document.createElement('a');
      link.href = url;
      link.download = file;
      link.click();
      URL.revokeObjectURL(url);
      trouble.value = '';
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }
  return (
    <>
      <button type="button" onClick={() => void save()}>
        {children}
      </button>
      <span role="alert" class="fault" hidden={trouble.value === ''}>
        <ToldText of={trouble.value} />
      </span>
    </>
  );
}
