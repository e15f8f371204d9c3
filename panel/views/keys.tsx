import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Fact } from '../parts/fact.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../state/api.ts';
import { may } from '../state/session.ts';
import { dateOf, t } from '../state/words.ts';
import { RotateKeysDialog } from './rotate-keys-dialog.tsx';

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly status: 'next' | 'signing' | 'previous';
  readonly source: 'file' | 'rotation';
  readonly signs_from: string | null;
  readonly removed_at: string | null;
}

/** The keys that sign ID tokens. */
export function KeysView() {
  const keys = useSignal<readonly SigningKey[] | null>(null);
  const trouble = useSignal<Told>('');
  const asks = useSignal<'rotate' | 'emergency' | null>(null);

  async function load() {
    try {
      keys.value = (await call<{ readonly keys: readonly SigningKey[] }>('/keys')).value.keys;
      trouble.value = '';
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }
  useEffect(() => void load(), []);

  return (
    <>
      <h1>{t('nav.keys')}</h1>
      <Trouble of={trouble} />
      <ul class="cards">
        {keys.value?.map(({ kid, alg, status, signs_from, removed_at }) => (
          <li key={kid}>
            <dl class="facts">
              <Fact name={t('keys.state')}>{t(`keys.state.${status}`)}</Fact>
              <Fact name={t('keys.alg')}>{alg}</Fact>
              {signs_from && <Fact name={t('keys.signs_from')}>{dateOf(signs_from)}</Fact>}
              {removed_at && <Fact name={t('keys.removed_at')}>{dateOf(removed_at)}</Fact>}
              <Fact name={t('keys.kid')}>
                <code>{kid}</code>
              </Fact>
            </dl>
          </li>
        ))}
      </ul>
      {may('owner') && (
        <p class="actions">
          {(['rotate', 'emergency'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              class={kind === 'emergency' ? 'danger' : undefined}
              onClick={() => {
                asks.value = kind;
              }}
            >
              {t(`keys.${kind}`)}
            </button>
          ))}
        </p>
      )}
      {asks.value && (
        <RotateKeysDialog
          kind={asks.value}
          onRotated={load}
          onClose={() => {
            asks.value = null;
          }}
        />
      )}
    </>
  );
}
