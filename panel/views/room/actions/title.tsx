import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { TextField } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { loadLanguages } from '../../../state/languages.ts';
import { draftOf, messageOf, type TitleDraft, titleOf } from '../../../state/local-text.ts';
import { t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';
import { TextByLanguage } from './text-by-language.tsx';
import { useStoredField } from './use-stored-field.ts';

const LONGEST = 200;

/** What visitors read above every page of the room: one text, or one by language. */
export function TitleDialog({ state, room, onClose }: ActionProps) {
  const stored = useStoredField(state, room, 'title');
  const draft = useSignal<TitleDraft>(draftOf(room.title));
  const language = room.languages?.default ?? 'en';
  useEffect(() => void loadLanguages().catch(() => undefined), []);

  const given = draft.value;
  const title = messageOf(given);
  const oneText = given.kind === 'text' ? given.text : (given.texts[0]?.text ?? '');
  return (
    <ActionDialog
      title={t('title.title')}
      action={t('title.action')}
      isReady={title !== null}
      onAct={async () => {
        if (title !== null) await stored.save(title);
        return t('title.done');
      }}
      onDone={(done) => {
        news.value = done;
      }}
      onClose={onClose}
    >
      {stored.news && <p class="plan">{t('message.now', { text: titleOf(stored.news, language) })}</p>}
      {given.kind === 'text' ? (
        <TextField
          label={t('title.text')}
          hint={t('title.hint')}
          required
          maxLength={LONGEST}
          autocomplete="off"
          value={given.text}
          onValue={(text) => {
            draft.value = { kind: 'text', text };
          }}
        />
      ) : (
        <TextByLanguage
          isLine
          longest={LONGEST}
          {...{ texts: given.texts, roomLanguage: language, offered: room.languages?.offered }}
          onChange={(change) => {
            const now = draft.value;
            if (now.kind === 'languages') draft.value = { ...now, texts: change(now.texts) };
          }}
        />
      )}
      <p>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            draft.value =
              given.kind === 'text'
                ? { kind: 'languages', texts: [{ code: language, text: oneText }] }
                : { kind: 'text', text: oneText };
          }}
        >
          {given.kind === 'text' ? t('message.by_language') : t('message.one_text')}
        </button>
      </p>
    </ActionDialog>
  );
}
