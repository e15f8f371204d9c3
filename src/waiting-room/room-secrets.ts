import type { RoomSettings } from './room.ts';

/** The settings as the audit log and answers of the admin API have them. */
export function withoutSecrets(settings: RoomSettings): RoomSettings {
  if (!settings.passes) return settings;
  const { secret: _, ...passes } = settings.passes;
  return { ...settings, passes };
}

/** Settings that leave a secret out keep the one from before. */
export function withSecretsOf(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  const { passes } = settings;
  const secret = before?.passes?.secret;
  if (!passes || passes.jwks_uri || passes.secret || !secret) return settings;
  return { ...settings, passes: { ...passes, secret } };
}
