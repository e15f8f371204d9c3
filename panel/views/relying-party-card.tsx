import { useSignal } from '@preact/signals';
import { CopyBlock } from '../parts/copy-block.tsx';
import { CopyText } from '../parts/copy-text.tsx';
import { recipeFor } from '../recipes/relying-party.ts';
import { secondsOf } from '../state/recipe.ts';
import { rooms } from '../state/rooms.ts';
import { hrefOf } from '../state/route.ts';
import { may } from '../state/session.ts';
import { t } from '../state/words.ts';
import { RelyingPartyTest } from './relying-party-test.tsx';

export interface RelyingParty {
  readonly client_id: string;
  readonly room: string;
  readonly profile?: string;
  readonly redirect_uris?: readonly string[];
  readonly landing_url?: string | null;
  readonly resources?: readonly string[];
  readonly warnings?: readonly string[];
}

export interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint?: string;
  readonly end_session_endpoint?: string;
  readonly jwks_uri: string;
}

export interface RelyingPartyCardProps {
  readonly party: RelyingParty;
  /** Null until it is known. */
  readonly provider: Discovery | null;
}

/** A relying party: what is wrong with it, and what to enter there. */
export function RelyingPartyCard({ party, provider }: RelyingPartyCardProps) {
  const { client_id: client, room, profile = 'generic', warnings = [] } = party;
  const isTesting = useSignal(false);
  return (
    <li>
      <h2>{client}</h2>
      <p>
        <a href={hrefOf('rooms', room)}>{t('parties.room', { room })}</a> {t('parties.profile', { profile })}
      </p>
      {warnings.map((warning) => (
        <p key={warning} class="sentence look small">
          {warning}
        </p>
      ))}
      {provider && <PartySettings party={party} provider={provider} />}
      {may('operator') && (
        <p class="actions">
          <button
            type="button"
            aria-label={t('party_test.button_one', { client })}
            onClick={() => {
              isTesting.value = true;
            }}
          >
            {t('party_test.button')}
          </button>
        </p>
      )}
      {isTesting.value && (
        <RelyingPartyTest
          client={client}
          room={room}
          onClose={() => {
            isTesting.value = false;
          }}
        />
      )}
    </li>
  );
}

function PartySettings({ party, provider }: { readonly party: RelyingParty; readonly provider: Discovery }) {
  const { client_id: client, room, profile = 'generic', redirect_uris: uris = [], resources = [] } = party;
  const { issuer } = provider;
  const [redirectUri] = uris;
  const lifetime = secondsOf(rooms.value?.find(({ id }) => id === room)?.admission?.lifetime);
  const resource = resources[0] ?? `${redirectUri ?? 'https://shop.example'}/api`;
  const recipe =
    redirectUri === undefined
      ? null
      : recipeFor(profile, { issuer, room, clientId: client, redirectUri, resource, lifetime });
  return (
    <details>
      <summary>{t('parties.settings', { client })}</summary>
      {recipe && (
        <>
          <p class="hint">{t('parties.recipe', { profile })}</p>
          <CopyBlock {...recipe} />
        </>
      )}
      <CopyText name={t('parties.issuer')} text={issuer} />
      <CopyText name={t('parties.client_id')} text={client} />
      <CopyText name={t('parties.authorization_endpoint')} text={provider.authorization_endpoint} />
      <CopyText name={t('parties.token_endpoint')} text={provider.token_endpoint} />
      {provider.userinfo_endpoint && (
        <CopyText name={t('parties.userinfo_endpoint')} text={provider.userinfo_endpoint} />
      )}
      {provider.end_session_endpoint && (
        <CopyText name={t('parties.end_session_endpoint')} text={provider.end_session_endpoint} />
      )}
      <CopyText name={t('parties.jwks_uri')} text={provider.jwks_uri} />
      {uris.map((uri) => (
        <CopyText key={uri} name={t('parties.redirect_uri')} text={uri} />
      ))}
    </details>
  );
}
