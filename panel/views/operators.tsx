import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Scroll } from '../parts/scroll.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../state/api.ts';
import { type Role, session } from '../state/session.ts';
import { t } from '../state/words.ts';

interface Operators {
  readonly tokens: readonly { readonly name: string; readonly role: Role }[];
  readonly identity_provider: {
    readonly issuer: string;
    readonly roles: readonly { readonly claim: string; readonly value: string; readonly role: Role }[];
  } | null;
}

/** Who may use the panel and the API: names and roles. */
export function OperatorsView() {
  const operators = useSignal<Operators | null>(null);
  const trouble = useSignal<Told>('');
  useEffect(() => {
    call<Operators>('/operators')
      .then(({ value }) => {
        operators.value = value;
      })
      .catch((error: unknown) => {
        trouble.value = wordsOf(error);
      });
  }, []);
  const provider = operators.value?.identity_provider;
  return (
    <>
      <h1>{t('nav.operators')}</h1>
      <Trouble of={trouble} />
      <h2>{t('operators.tokens')}</h2>
      <p class="hint">{t('operators.tokens_hint')}</p>
      <Scroll name={t('operators.tokens')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('operators.name')}</th>
              <th scope="col">{t('operators.role')}</th>
            </tr>
          </thead>
          <tbody>
            {operators.value?.tokens.map(({ name, role }) => (
              <tr key={name}>
                <th scope="row">
                  {name}
                  {name === session.value?.operator && ` ${t('operators.you')}`}
                </th>
                <td>{t(`operators.may.${role}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <h2>{t('operators.provider')}</h2>
      {provider === null && <p class="hint">{t('operators.no_provider')}</p>}
      {provider && (
        <>
          <p class="hint">{t('operators.at', { issuer: provider.issuer })}</p>
          <Scroll name={t('operators.provider')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('operators.claim')}</th>
                  <th scope="col">{t('operators.role')}</th>
                </tr>
              </thead>
              <tbody>
                {provider.roles.map(({ claim, value, role }) => (
                  <tr key={`${claim} ${value} ${role}`}>
                    <th scope="row">
                      <code dir="ltr">
                        {claim}={value}
                      </code>
                    </th>
                    <td>{t(`operators.may.${role}`)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
    </>
  );
}
