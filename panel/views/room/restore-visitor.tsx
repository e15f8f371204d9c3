import { useSignal } from '@preact/signals';
import { TextField } from '../../parts/field.tsx';
import { news } from '../../parts/news.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../../state/api.ts';
import { number as formatted, t } from '../../state/words.ts';

/** Where a visitor stands, as the service says it. */
export interface Visitor {
  readonly number: number | null;
  readonly state: string;
  readonly people_ahead: number | null;
  readonly until: string | null;
  readonly words: string;
}

interface RestoreVisitorProps {
  readonly room: string;
  readonly number: number;
  readonly onRestored: (visitor: Visitor) => void;
}

/** Puts a number back at the front, with the characters that its visitor reads out. */
export function RestoreVisitor({ room, number, onRestored }: RestoreVisitorProps) {
  const code = useSignal('');
  const trouble = useSignal<Told>('');

  async function restore(event: Event) {
    event.preventDefault();
    trouble.value = '';
    try {
      const path = `/rooms/${encodeURIComponent(room)}/visitors/${number}/restore`;
      const { value } = await call<Visitor>(path, { method: 'POST', body: { code: code.value.trim() } });
      news.value = t('support.restored', { number: formatted(number) });
      onRestored(value);
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  return (
    <form class="narrow" onSubmit={restore}>
      <TextField
        label={t('support.code')}
        hint={t('support.code_hint')}
        required
        maxLength={8}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        value={code.value}
        onValue={(value) => {
          code.value = value;
        }}
      />
      <button type="submit">{t('support.restore')}</button>
      <Trouble of={trouble} />
    </form>
  );
}
