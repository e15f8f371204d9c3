import { useEffect } from 'preact/hooks';
import type { RehearsalState } from '../state/rehearsal.ts';
import { dateOf, isKey, t, timeOf } from '../state/words.ts';
import { CopyText } from './copy-text.tsx';

export interface RehearsalOutcomeProps {
  readonly state: RehearsalState;
  /** Whether the link begins with the login, and not with the first page. */
  readonly isLoginOnly?: boolean;
}

/** The last page of a rehearsal, from which the login begins. */
const LOGIN_STEP = '&step=10';

/** The link of a rehearsal, and what came back so far. */
export function RehearsalOutcome({ state, isLoginOnly = false }: RehearsalOutcomeProps) {
  useEffect(() => state.follow(), [state]);
  const begun = state.begun.value;
  if (!begun) return null;
  const url = isLoginOnly ? `${begun.url}${LOGIN_STEP}` : begun.url;
  const isNowhere = begun.relying_party === null && begun.return_to === null;
  return (
    <>
      {isNowhere && <p class="sentence look small">{t('rehearse.nowhere')}</p>}
      <CopyText name={t('rehearse.link')} text={url} />
      <p class="actions">
        <a class="button primary" href={url} target="_blank" rel="noopener noreferrer">
          {t('rehearse.open')}
        </a>
        <span class="hint">{t('rehearse.until', { at: dateOf(begun.expires_at) })}</span>
      </p>
      <h3>{t('rehearse.came')}</h3>
      <div role="status">
        {state.steps.value.length === 0 && <p class="hint">{t('rehearse.nothing')}</p>}
        <ul class="feed">
          {state.steps.value.map(({ step, time, detail }) => (
            <li key={`${time} ${step}`} class={step.endsWith('refused') ? 'fault' : ''}>
              <time dateTime={time}>{timeOf(time)}</time>{' '}
              <span>
                {wordsOfStep(step)}{' '}
                {detail && (
                  <span lang="en" dir="ltr">
                    {detail}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function wordsOfStep(step: string): string {
  const key = `rehearse.step.${step}`;
  return isKey(key) ? t(key) : step;
}
