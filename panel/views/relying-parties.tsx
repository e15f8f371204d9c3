import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Trouble } from '../parts/trouble.tsx';
import { call, type Told, wordsOf } from '../state/api.ts';
import { loadRooms } from '../state/rooms.ts';
import { t } from '../state/words.ts';
import { type Discovery, type RelyingParty, RelyingPartyCard } from './relying-party-card.tsx';

/** The relying parties, and what to enter in each of them. */
export function RelyingPartiesView() {
  const parties = useSignal<readonly RelyingParty[] | null>(null);
  const provider = useSignal<Discovery | null>(null);
  const trouble = useSignal<Told>('');
  useEffect(() => {
    Promise.all([
      call<readonly RelyingParty[]>('/relying-parties').then(({ value }) => {
        parties.value = value;
      }),
      fetch('../.well-known/openid-configuration')
        .then((answer) => answer.json())
        .then((found: Discovery) => {
          provider.value = found;
        }),
      loadRooms(),
    ]).catch((error: unknown) => {
      trouble.value = wordsOf(error);
    });
  }, []);
  return (
    <>
      <h1>{t('nav.relying_parties')}</h1>
      <Trouble of={trouble} />
      {parties.value?.length === 0 && <p class="hint">{t('parties.none')}</p>}
      <ul class="cards">
        {parties.value?.map((party) => (
          <RelyingPartyCard key={party.client_id} party={party} provider={provider.value} />
        ))}
      </ul>
    </>
  );
}
