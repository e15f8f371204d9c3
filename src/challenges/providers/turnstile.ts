import type { Provider } from './provider.ts';
import { siteverifyForm } from './provider.ts';

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ */
export const turnstile: Provider = {
  verifyUrl: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  verification: (check) => siteverifyForm(check),
  setupFaults: ['missing-input-secret', 'invalid-input-secret', 'internal-error'],
  widget: {
    script: 'https://challenges.cloudflare.com/turnstile/v0/api.js',
    className: 'cf-turnstile',
    field: 'cf-turnstile-response',
  },
  sources: { script: 'https://challenges.cloudflare.com', frame: 'https://challenges.cloudflare.com' },
};
