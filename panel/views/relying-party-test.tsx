import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { closeDialog, Dialog } from '../parts/dialog.tsx';
import { RehearsalOutcome } from '../parts/rehearsal-outcome.tsx';
import { Result, type ResultName } from '../parts/result.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../state/api.ts';
import { createRehearsal } from '../state/rehearsal.ts';
import { t } from '../state/words.ts';

interface Check {
  readonly check: 'discovery' | 'redirect_uri' | 'login_start';
  readonly result: ResultName;
  readonly words: string;
}

export interface RelyingPartyTestProps {
  readonly client: string;
  readonly room: string;
  readonly onClose: () => void;
}

/** Looks whether a relying party answers, and then logs in at it in a new tab. */
export function RelyingPartyTest({ client, room, onClose }: RelyingPartyTestProps) {
  const state = useMemo(() => createRehearsal(room), [room]);
  const checks = useSignal<readonly Check[] | null>(null);
  const trouble = useSignal<Told>('');
  useEffect(() => {
    Promise.all([
      call<{ readonly checks: readonly Check[] }>(`/relying-parties/${encodeURIComponent(client)}/test`, {
        method: 'POST',
      }).then(({ value }) => {
        checks.value = value.checks;
      }),
      state.begin(client),
    ]).catch((error: unknown) => {
      trouble.value = wordsOf(error);
    });
  }, [client, state]);

  return (
    <Dialog title={t('party_test.title', { client })} onClose={onClose}>
      <Trouble of={trouble} />
      <div role="status">
        {checks.value === null && trouble.value === '' && <p class="hint">{t('party_test.looking')}</p>}
        <ul class="checks">
          {checks.value?.map(({ check, result, words }) => (
            <li key={`${check} ${words}`}>
              <Result result={result} />
              <span>
                <strong>{t(`party_test.check.${check}`)}</strong> <span>{words}</span>
              </span>
            </li>
          ))}
        </ul>
      </div>
      <h3>{t('party_test.login')}</h3>
      <p class="hint">{t('party_test.login_hint')}</p>
      <RehearsalOutcome state={state} isLoginOnly />
      <p class="actions">
        <button type="button" onClick={(event) => closeDialog(event.currentTarget)}>
          {t('dialog.close')}
        </button>
      </p>
    </Dialog>
  );
}
