import type { RoomSettings } from './room.ts';

export function withoutPassSecret(settings: RoomSettings): RoomSettings {
  if (!settings.passes) return settings;
  const { secret: _, ...passes } = settings.passes;
  return { ...settings, passes };
}

/** The settings as the audit log has them. */
export function withoutSecrets(settings: RoomSettings): RoomSettings {
  const shown = withoutPassSecret(settings);
  if (!shown.aws?.api_key) return shown;
  const { api_key: _, ...aws } = shown.aws;
  return { ...shown, aws };
}

/** Settings with passes that leave their secret out keep the one from before. */
export function withPassSecret(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  const { passes } = settings;
  const secret = before?.passes?.secret;
  if (!passes || passes.jwks_uri || passes.secret || !secret) return settings;
  return { ...settings, passes: { ...passes, secret } };
}
