import { hash } from 'node:crypto';
import type { RoomSettings } from './room.ts';

/** The settings as answers of the admin API have them, but for the key of AWS's clients, which those show in part. */
export function withoutOwnSecrets(settings: RoomSettings): RoomSettings {
  const { passes, challenge } = settings;
  return {
    ...settings,
    ...(passes ? { passes: withoutSecret(passes) } : {}),
    ...(typeof challenge === 'object' ? { challenge: withoutSecret(challenge) } : {}),
  };
}

/** The settings as the audit log has them: without secrets, and without what would fill it. */
export function withoutSecrets(settings: RoomSettings): RoomSettings {
  const shown = withShortTheme(withoutOwnSecrets(settings));
  if (!shown.aws?.api_key) return shown;
  const { api_key: _, ...aws } = shown.aws;
  return { ...shown, aws };
}

/** A logo and a style sheet are named by their length and hash. */
function withShortTheme(settings: RoomSettings): RoomSettings {
  const { theme } = settings;
  if (!theme) return settings;
  const short = (text: string) => `${text.length} characters, SHA-1 ${hash('sha1', text)}`;
  return {
    ...settings,
    theme: {
      ...theme,
      ...(theme.logo === undefined ? {} : { logo: short(theme.logo) }),
      ...(theme.css === undefined ? {} : { css: short(theme.css) }),
      ...(theme.texts === undefined ? {} : { texts: { all: { texts: short(JSON.stringify(theme.texts)) } } }),
    },
  };
}

/** Settings that leave a secret out keep the one from before. */
export function withOwnSecrets(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  return withSecretOfProvider(withSecretOfPasses(settings, before), before);
}

function withSecretOfPasses(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  const { passes } = settings;
  const secret = before?.passes?.secret;
  if (!passes || passes.jwks_uri || passes.secret || !secret) return settings;
  return { ...settings, passes: { ...passes, secret } };
}

/** The secret of one provider is never sent to another. */
function withSecretOfProvider(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  const { challenge } = settings;
  const former = before?.challenge;
  if (typeof challenge !== 'object' || challenge.secret || typeof former !== 'object') return settings;
  if (former.provider !== challenge.provider || !former.secret) return settings;
  return { ...settings, challenge: { ...challenge, secret: former.secret } };
}

function withoutSecret<T extends { readonly secret?: string | undefined }>({ secret: _, ...rest }: T) {
  return rest;
}
