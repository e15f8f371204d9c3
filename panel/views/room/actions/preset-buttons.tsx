import type { MessagePreset } from '../../../../src/waiting-room/page-settings.ts';
import { type MessageDraft, PRESETS } from '../../../state/local-text.ts';
import { t } from '../../../state/words.ts';
import { presetText } from './message-presets.ts';

export interface PresetButtonsProps {
  readonly draft: MessageDraft;
  readonly onDraft: (draft: MessageDraft) => void;
}

/** A preset is shown to each visitor in their language. Where languages were added, it fills in their texts. */
export function PresetButtons({ draft, onDraft }: PresetButtonsProps) {
  async function choose(preset: MessagePreset) {
    if (draft.kind !== 'languages') return onDraft({ kind: 'preset', preset });
    const texts = draft.texts.map(async ({ code }) => ({ code, text: await presetText(preset, code) }));
    onDraft({ kind: 'languages', texts: await Promise.all(texts), preset });
  }

  return (
    <p class="presets">
      {PRESETS.map((preset) => (
        <button key={preset} type="button" class="quiet" onClick={() => void choose(preset)}>
          {t(`message.preset.${preset}`)}
        </button>
      ))}
    </p>
  );
}
