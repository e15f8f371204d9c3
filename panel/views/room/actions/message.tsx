import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ActionDialog } from '../../../parts/action-dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { news } from '../../../parts/news.tsx';
import { loadLanguages } from '../../../state/languages.ts';
import { draftOf, type Message, type MessageDraft, messageOf } from '../../../state/local-text.ts';
import { t } from '../../../state/words.ts';
import type { ActionProps } from '../action-props.ts';
import { presetText } from './message-presets.ts';
import { PresetButtons } from './preset-buttons.tsx';
import { TextByLanguage } from './text-by-language.tsx';
import { useStoredField } from './use-stored-field.ts';

const LONGEST = 2000;

/** The operator's words to all who wait: one text, or one by language. */
export function MessageDialog({ state, room, report, onClose }: ActionProps) {
  const stored = useStoredField(state, room, 'message');
  const draft = useSignal<MessageDraft>(draftOf(room.message));
  const message = messageOf(draft.value);
  const language = room.languages?.default ?? 'en';
  useEffect(() => void loadLanguages().catch(() => undefined), []);

  const setDraft = (next: MessageDraft) => {
    draft.value = next;
  };

  async function send(): Promise<string> {
    await stored.save(message);
    return message === null ? t('message.removed') : t('message.done', { present: report.counters.present });
  }

  const given = draft.value;
  const isShown = room.message !== null;
  return (
    <ActionDialog
      title={t('message.title')}
      action={message === null && isShown ? t('message.remove') : t('message.action')}
      isReady={(message !== null || isShown) && (given.kind !== 'text' || given.text.trim().length <= LONGEST)}
      onAct={send}
      onDone={(done) => {
        news.value = done;
      }}
      onClose={onClose}
    >
      {stored.news && <p class="plan">{t('message.now', { text: shownText(stored.news) })}</p>}
      {given.kind === 'text' && (
        <Field label={t('message.text')} hint={t('message.hint', { present: report.counters.present })}>
          {(ids) => (
            <textarea
              {...ids}
              rows={4}
              maxLength={LONGEST}
              value={given.text}
              onInput={(event) => {
                draft.value = { kind: 'text', text: event.currentTarget.value };
              }}
            />
          )}
        </Field>
      )}
      {given.kind === 'preset' && (
        <>
          <p class="plan">{t(`message.preset.${given.preset}`)}</p>
          <p class="hint">{t('message.every_language')}</p>
        </>
      )}
      {given.kind === 'languages' && (
        <TextByLanguage
          longest={LONGEST}
          {...{ texts: given.texts, preset: given.preset, roomLanguage: language, offered: room.languages?.offered }}
          onChange={(change) => {
            const now = draft.value;
            if (now.kind === 'languages') draft.value = { ...now, texts: change(now.texts) };
          }}
        />
      )}
      <ChangeKind draft={given} language={language} onDraft={setDraft} />
      <PresetButtons draft={given} onDraft={setDraft} />
    </ActionDialog>
  );
}

interface ChangeKindProps {
  readonly draft: MessageDraft;
  /** That of visitors whose own language has no text. */
  readonly language: string;
  readonly onDraft: (draft: MessageDraft) => void;
}

/** One text is the simple case. Languages are added one by one. */
function ChangeKind({ draft, language, onDraft }: ChangeKindProps) {
  if (draft.kind === 'languages') {
    const [first] = draft.texts;
    return (
      <p>
        <button type="button" class="quiet" onClick={() => onDraft({ kind: 'text', text: first?.text ?? '' })}>
          {t('message.one_text')}
        </button>
      </p>
    );
  }
  const begin = async () => {
    const preset = draft.kind === 'preset' ? draft.preset : undefined;
    const text = draft.kind === 'text' ? draft.text : await presetText(draft.preset, language);
    onDraft({ kind: 'languages', texts: [{ code: language, text }], preset });
  };
  return (
    <p>
      <button type="button" class="quiet" onClick={() => void begin()}>
        {draft.kind === 'text' ? t('message.by_language') : t('message.change_words')}
      </button>
    </p>
  );
}

/** As the operator reads it. */
function shownText(message: Message): string {
  const draft = draftOf(message);
  if (draft.kind === 'preset') return t(`message.preset.${draft.preset}`);
  return draft.kind === 'text' ? draft.text : draft.texts.map(({ text: each }) => each).join(' · ');
}
