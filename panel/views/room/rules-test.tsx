import { useSignal } from '@preact/signals';
import { TextField } from '../../parts/field.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../../state/api.ts';
import { isKey, t } from '../../state/words.ts';

interface Verdict {
  readonly action: string;
  readonly rule: number | null;
  readonly reason: string;
  readonly rules: readonly { readonly action: string; readonly matches: boolean; readonly differs: string | null }[];
}

/** Which rule of the room a request would meet. Nothing changes. */
export function RulesTest({ id }: { readonly id: string }) {
  const [url, method, address, agent] = [useSignal(''), useSignal('GET'), useSignal(''), useSignal('')];
  const verdict = useSignal<Verdict | null>(null);
  const trouble = useSignal<Told>('');

  async function test(event: Event) {
    event.preventDefault();
    trouble.value = '';
    verdict.value = null;
    try {
      const body = {
        url: url.value.trim() === '' ? null : url.value.trim(),
        method: method.value.trim() || 'GET',
        ...(address.value.trim() ? { address: address.value.trim() } : {}),
        headers: agent.value.trim() ? { 'user-agent': agent.value.trim() } : {},
      };
      verdict.value = (
        await call<Verdict>(`/rooms/${encodeURIComponent(id)}/rules/test`, { method: 'POST', body })
      ).value;
    } catch (error) {
      trouble.value = wordsOf(error);
    }
  }

  const found = verdict.value;
  return (
    <section aria-label={t('rules.title')}>
      <h2>{t('rules.title')}</h2>
      <form class="narrow" onSubmit={test}>
        <TextField label={t('rules.url')} hint={t('rules.url_hint')} value={url.value} onValue={into(url)} />
        <TextField label={t('rules.method')} required value={method.value} onValue={into(method)} />
        <TextField label={t('rules.address')} value={address.value} onValue={into(address)} />
        <TextField label={t('rules.agent')} value={agent.value} onValue={into(agent)} />
        <button type="submit" class="primary">
          {t('rules.test')}
        </button>
      </form>
      <Trouble of={trouble} />
      <div role="status">
        {found && (
          <>
            <p class="sentence still small">{actionOf(found.action)}</p>
            {found.rules.length === 0 ? (
              <p class="hint">{t('rules.none')}</p>
            ) : (
              <ol class="checks" aria-label={t('rules.each')}>
                {found.rules.map((rule, at) => (
                  <li key={`${at} ${rule.action}`}>
                    <strong>{t('rules.rule', { at: at + 1 })}</strong>{' '}
                    <span>
                      <code dir="ltr">{rule.action}</code> {outcomeOf(found, at)}
                    </span>
                  </li>
                ))}
              </ol>
            )}
          </>
        )}
      </div>
    </section>
  );
}

const into = (target: { value: string }) => (value: string) => {
  target.value = value;
};

function outcomeOf({ rule: decides, rules }: Verdict, at: number): string {
  const { differs } = rules[at] ?? { differs: null };
  if (differs !== null) return t('rules.differs', { field: differs });
  return at === decides ? t('rules.decides') : t('rules.matches');
}

function actionOf(action: string): string {
  const key = `rules.action.${action}`;
  return isKey(key) ? t(key) : action;
}
