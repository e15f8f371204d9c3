import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Result, type ResultName } from '../../parts/result.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../../state/api.ts';
import { isKey, t, timeOf } from '../../state/words.ts';

interface Preflight {
  readonly result: ResultName;
  readonly checks: readonly { readonly check: string; readonly result: ResultName; readonly words: string }[];
}

/** What to put right before the day. What needs a hand comes first. */
export function RoomPreflight({ id }: { readonly id: string }) {
  const found = useSignal<{ readonly preflight: Preflight; readonly at: string } | null>(null);
  const trouble = useSignal<Told>('');

  async function check() {
    try {
      const { value } = await call<Preflight>(`/rooms/${encodeURIComponent(id)}/preflight`);
      found.value = { preflight: value, at: new Date().toISOString() };
      trouble.value = '';
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }
  useEffect(() => void check(), [id]);

  const checks = found.value?.preflight.checks ?? [];
  const count = (result: ResultName) => checks.filter((each) => each.result === result).length;
  return (
    <section aria-label={t('preflight.title')}>
      <h2>{t('preflight.title')}</h2>
      <Trouble of={trouble} />
      <div role="status">
        {found.value && (
          <p class={`sentence small ${TONES[found.value.preflight.result]}`}>
            {t('preflight.summary', { fail: count('fail'), warn: count('warn') })}{' '}
            {t('preflight.at', { at: timeOf(found.value.at) })}
          </p>
        )}
      </div>
      <ul class="checks">
        {ORDER.flatMap((result) =>
          checks
            .filter((each) => each.result === result)
            .map(({ check, words }) => (
              <li key={`${check} ${words}`}>
                <Result result={result} />
                <span>
                  <strong>{nameOf(check)}</strong> <span>{words}</span>
                </span>
              </li>
            )),
        )}
      </ul>
      <p class="actions">
        <button type="button" onClick={() => void check()}>
          {t('preflight.again')}
        </button>
      </p>
    </section>
  );
}

const ORDER = ['fail', 'warn', 'pass'] as const;
const TONES = { pass: 'good', warn: 'look', fail: 'fail' } as const;

function nameOf(check: string): string {
  const key = `preflight.check.${check}`;
  return isKey(key) ? t(key) : check;
}
