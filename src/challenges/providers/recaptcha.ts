import type { Provider } from './provider.ts';
import { siteverifyForm } from './provider.ts';

/** Version 2. https://developers.google.com/recaptcha/docs/verify */
export const recaptcha: Provider = {
  verifyUrl: 'https://www.google.com/recaptcha/api/siteverify',
  verification: (check) => siteverifyForm(check),
  setupFaults: ['missing-input-secret', 'invalid-input-secret'],
  widget: {
    script: 'https://www.google.com/recaptcha/api.js',
    className: 'g-recaptcha',
    field: 'g-recaptcha-response',
  },
  sources: {
    script: 'https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/',
    frame: 'https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/',
  },
};
