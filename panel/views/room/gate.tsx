import { useSignal } from '@preact/signals';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { ToldText } from '../../parts/told-text.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { gateRecipe, PROXIES, type ProxyName } from '../../recipes/gate.ts';
import { type Told, wordsOf } from '../../state/api.ts';
import { askGate, type GateAnswer } from '../../state/gate.ts';
import type { Room } from '../../state/types.ts';
import { t } from '../../state/words.ts';

const NAMES: Readonly<Record<ProxyName, string>> = {
  nginx: 'nginx',
  caddy: 'Caddy',
  haproxy: 'HAProxy',
  traefik: 'Traefik',
};

/** How to put a site behind the gate, and what the gate says of a page of it. */
export function RoomGate({ room }: { readonly room: Room }) {
  const proxy = useSignal<ProxyName>('nginx');
  const sites = room.return_urls ?? [];
  const site = useSignal(sites[0] ?? '');
  const url = useSignal(sites[0] ?? '');
  const answer = useSignal<GateAnswer | null>(null);
  const trouble = useSignal<Told>('');

  async function ask(event: Event) {
    event.preventDefault();
    answer.value = null;
    trouble.value = '';
    try {
      answer.value = await askGate(room.id, url.value.trim());
    } catch (error) {
      trouble.value = error instanceof TypeError && !URL.canParse(url.value) ? t('gate.no_url') : wordsOf(error);
    }
  }

  const shown = site.value || sites[0];
  return (
    <section aria-label={t('tab.gate')}>
      <h2>{t('gate.title')}</h2>
      <p class="hint">{t('gate.hint')}</p>
      {sites.length === 0 && <p class="sentence look small">{t('gate.no_return_urls')}</p>}
      {shown !== undefined && shown !== '' && (
        <>
          <div class="share narrow">
            <SelectField
              label={t('gate.proxy')}
              value={proxy.value}
              onValue={(value) => {
                proxy.value = value as ProxyName;
              }}
              options={PROXIES.map((each) => [each, NAMES[each]] as const)}
            />
            <SelectField
              label={t('gate.site')}
              value={shown}
              onValue={(value) => {
                site.value = value;
              }}
              options={sites.map((each) => [each, each] as const)}
            />
          </div>
          {gateRecipe(proxy.value, room.id, shown).map((file) => (
            <CopyBlock key={file.name} {...file} />
          ))}
        </>
      )}
      <h2>{t('gate.ask_title')}</h2>
      <form class="narrow" onSubmit={ask}>
        <TextField
          label={t('gate.url')}
          hint={t('gate.url_hint')}
          required
          spellcheck={false}
          autocapitalize="none"
          value={url.value}
          onValue={(value) => {
            url.value = value;
          }}
        />
        <button type="submit" class="primary">
          {t('gate.ask')}
        </button>
      </form>
      <Trouble of={trouble} />
      <div role="status">
        {answer.value && (
          <>
            <p class={`sentence small ${answer.value.verdict === 'refused' ? 'look' : 'good'}`}>
              {t(`gate.verdict.${answer.value.verdict}`)}
            </p>
            {answer.value.location && (
              <p class="hint">
                <code dir="ltr">{answer.value.location}</code>
              </p>
            )}
            {answer.value.detail && (
              <p class="hint">
                <ToldText of={answer.value.detail} />
              </p>
            )}
          </>
        )}
      </div>
    </section>
  );
}
