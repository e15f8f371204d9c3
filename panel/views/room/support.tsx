import { useSignal } from '@preact/signals';
import { TextField } from '../../parts/field.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../../state/api.ts';
import type { RoomState } from '../../state/room.ts';
import { may } from '../../state/session.ts';
import { dateOf, isKey, number, t } from '../../state/words.ts';
import { RestoreDialog } from './actions/restore.tsx';
import { RestoreVisitor, type Visitor } from './restore-visitor.tsx';

/** States without a place in line. */
const LOST = ['missed', 'over'];

/** Where a visitor stands, in words to read out, and who comes first after an outage. */
export function RoomSupport({ state }: { readonly state: RoomState }) {
  const asked = useSignal('');
  const found = useSignal<Visitor | null>(null);
  const trouble = useSignal<Told>('');
  const isRestoring = useSignal(false);

  async function look(event: Event) {
    event.preventDefault();
    // People read long numbers out in groups.
    const wanted = asked.value.replace(/(?<=\d)[\s.,’'](?=\d)/g, '').trim();
    if (wanted === '') return;
    trouble.value = '';
    found.value = null;
    try {
      const path = `/rooms/${encodeURIComponent(state.id)}/visitors/${encodeURIComponent(wanted)}`;
      found.value = (await call<Visitor>(path)).value;
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  const visitor = found.value;
  return (
    <section aria-label={t('tab.support')}>
      <h2>{t('support.title')}</h2>
      <form class="narrow" onSubmit={look}>
        <TextField
          label={t('support.asked')}
          hint={t('support.asked_hint')}
          required
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={asked.value}
          onValue={(value) => {
            asked.value = value;
          }}
        />
        <button type="submit" class="primary">
          {t('support.look')}
        </button>
      </form>
      <Trouble of={trouble} />
      <div role="status">
        {visitor && (
          <>
            <p class="sentence small still">{titleOf(visitor)}</p>
            <p>{visitor.words}</p>
            {visitor.people_ahead !== null && <p class="hint">{t('support.ahead', { ahead: visitor.people_ahead })}</p>}
            {visitor.until && <p class="hint">{t('support.until', { until: dateOf(visitor.until) })}</p>}
          </>
        )}
      </div>
      {may('operator') && visitor?.number != null && LOST.includes(visitor.state) && (
        <RestoreVisitor
          key={visitor.number}
          room={state.id}
          number={visitor.number}
          onRestored={(restored) => {
            found.value = restored;
          }}
        />
      )}
      {may('operator') && (
        <>
          <h2>{t('restore.title')}</h2>
          <p class="hint">{t('restore.hint')}</p>
          <p class="actions">
            <button
              type="button"
              onClick={() => {
                isRestoring.value = true;
              }}
            >
              {t('restore.button')}
            </button>
          </p>
        </>
      )}
      {isRestoring.value && (
        <RestoreDialog
          state={state}
          onClose={() => {
            isRestoring.value = false;
          }}
        />
      )}
    </section>
  );
}

function titleOf({ number: given, state }: Visitor): string {
  const key = `support.state.${state}`;
  const words = isKey(key) ? t(key) : state;
  return given === null ? words : t('support.number', { number: number(given), state: words });
}
