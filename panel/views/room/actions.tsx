import { useSignal } from '@preact/signals';
import { SelectField } from '../../parts/field.tsx';
import { news } from '../../parts/news.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { type Told, wordsOf } from '../../state/api.ts';
import { may } from '../../state/session.ts';
import type { PauseStops } from '../../state/types.ts';
import { t } from '../../state/words.ts';
import type { ActionProps } from './action-props.ts';
import { CloseDialog } from './actions/close-room.tsx';
import { InletDialog } from './actions/inlet.tsx';
import { LetInDialog } from './actions/let-in.tsx';
import { MessageDialog } from './actions/message.tsx';
import { OpenDialog } from './actions/open-room.tsx';
import { StockDialog } from './actions/stock.tsx';
import { TitleDialog } from './actions/title.tsx';
import { useRoomUndo } from './undo.tsx';
import { UndoReset } from './undo-reset.tsx';

type Open = 'let-in' | 'message' | 'open' | 'close' | 'stock' | 'title' | 'inlet' | null;

const DIALOGS = {
  'let-in': LetInDialog,
  message: MessageDialog,
  open: OpenDialog,
  close: CloseDialog,
  stock: StockDialog,
  title: TitleDialog,
  inlet: InletDialog,
} as const;

const PAUSE_STOPS = [
  'nothing',
  'claim_windows',
  'claim_windows_and_admissions',
] as const satisfies readonly PauseStops[];

type RoomActionsProps = Omit<ActionProps, 'onClose'>;

/** What can be done with the line. Stopping happens at once; everything else first says what it will do. */
export function RoomActions(props: RoomActionsProps) {
  return may('operator') ? <OperatorActions {...props} /> : <p class="hint">{t('actions.viewer')}</p>;
}

function OperatorActions({ state, room, report }: RoomActionsProps) {
  const open = useSignal<Open>(null);
  const trouble = useSignal<Told>('');
  /** Chosen for the next pause. */
  const chosen = useSignal<PauseStops | null>(null);
  const undo = useRoomUndo(state);

  const show = (which: Open) => () => {
    trouble.value = '';
    open.value = which;
  };

  /** Without If-Match: what others change meanwhile must not keep anybody from stopping. */
  async function pause() {
    trouble.value = '';
    try {
      await state.patch({ mode: 'paused', ...(chosen.value ? { pause: { stops: chosen.value } } : {}) });
      chosen.value = null;
      news.value = t('pause.done', { waiting: report.counters.waiting });
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  /** In a pause, the choice counts at once. */
  async function chooseStops(stops: PauseStops) {
    trouble.value = '';
    if (report.mode !== 'paused') {
      chosen.value = stops;
      return;
    }
    try {
      await state.patch({ pause: { stops } });
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  const stored = room.pause?.stops ?? 'nothing';
  const stops = report.mode === 'paused' ? stored : (chosen.value ?? stored);
  const isStopped = report.mode === 'paused' || report.mode === 'closed';
  const Dialog = open.value && DIALOGS[open.value];
  return (
    <>
      <fieldset class="bar">
        <legend class="hidden">{t('actions.label')}</legend>
        {isStopped ? (
          <button type="button" class="primary" onClick={show('open')}>
            {t('open.button')}
          </button>
        ) : (
          <button type="button" class="stop" onClick={() => void pause()}>
            {t('pause.button')}
          </button>
        )}
        <button type="button" onClick={show('message')}>
          {t('message.button')}
        </button>
        <button type="button" class={isStopped ? '' : 'primary'} onClick={show('let-in')}>
          {t('let_in.button')}
        </button>
        {undo.button}
      </fieldset>
      <div class="more">
        <SelectField
          label={t('pause.stops')}
          value={stops}
          onValue={(value) => void chooseStops(value as PauseStops)}
          options={PAUSE_STOPS.map((each) => [each, t(`pause.stops.${each}`)])}
        />
        {report.mode !== 'closed' && (
          <button type="button" onClick={show('close')}>
            {t('close.button')}
          </button>
        )}
        <button type="button" onClick={show('stock')}>
          {t('stock.button')}
        </button>
        {may('owner') && (
          <>
            <button type="button" onClick={show('title')}>
              {t('title.button')}
            </button>
            <button type="button" onClick={show('inlet')}>
              {t('inlet.button')}
            </button>
          </>
        )}
        <UndoReset state={state} />
      </div>
      <Trouble of={trouble} />
      {undo.dialog}
      {Dialog && <Dialog state={state} room={room} report={report} onClose={show(null)} />}
    </>
  );
}
