import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { SelectField } from '../../parts/field.tsx';
import { RehearsalOutcome } from '../../parts/rehearsal-outcome.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../../state/api.ts';
import { createRehearsal } from '../../state/rehearsal.ts';
import { may } from '../../state/session.ts';
import { t } from '../../state/words.ts';

interface Party {
  readonly client_id: string;
  readonly room: string;
}

/** A link through every page of the room to the real site, without a change of its counters. */
export function RoomRehearsal({ id }: { readonly id: string }) {
  const state = useMemo(() => createRehearsal(id), [id]);
  const parties = useSignal<readonly Party[]>([]);
  const goal = useSignal('');
  const trouble = useSignal<Told>('');
  useEffect(() => {
    call<readonly Party[]>('/relying-parties')
      .then(({ value }) => {
        parties.value = value.filter(({ room }) => room === id);
      })
      .catch((error: unknown) => {
        trouble.value = wordsOf(error);
      });
  }, [id]);
  if (!may('operator')) return null;

  async function begin() {
    trouble.value = '';
    try {
      await state.begin(goal.value === '' ? null : goal.value);
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  return (
    <>
      <h2>{t('rehearse.title')}</h2>
      <p class="hint">{t('rehearse.hint')}</p>
      {parties.value.length > 1 && (
        <div class="narrow">
          <SelectField
            label={t('rehearse.goal')}
            value={goal.value}
            onValue={(value) => {
              goal.value = value;
            }}
            options={[
              ['', t('rehearse.goal.first')],
              ...parties.value.map(({ client_id }) => [client_id, client_id] as const),
            ]}
          />
        </div>
      )}
      <p class="actions">
        <button type="button" onClick={() => void begin()}>
          {t('rehearse.begin')}
        </button>
      </p>
      <Trouble of={trouble} />
      <RehearsalOutcome state={state} />
    </>
  );
}
