/** The providers of challenges, by the name in the settings. */
import type { ProviderName } from '#waiting-room/entry/entry-settings.ts';
import { friendlyCaptcha } from './friendly-captcha.ts';
import { hcaptcha } from './hcaptcha.ts';
import type { Provider } from './provider.ts';
import { recaptcha } from './recaptcha.ts';
import { turnstile } from './turnstile.ts';

export const providers: Readonly<Record<ProviderName, Provider>> = {
  turnstile,
  hcaptcha,
  recaptcha,
  'friendly-captcha': friendlyCaptcha,
};
