import type { Provider } from './provider.ts';
import { siteverifyForm } from './provider.ts';

/** https://docs.hcaptcha.com/ */
export const hcaptcha: Provider = {
  verifyUrl: 'https://api.hcaptcha.com/siteverify',
  verification: (check) => siteverifyForm(check, { sitekey: check.siteKey }),
  setupFaults: ['missing-input-secret', 'invalid-input-secret', 'sitekey-secret-mismatch'],
  widget: { script: 'https://js.hcaptcha.com/1/api.js', className: 'h-captcha', field: 'h-captcha-response' },
  sources: {
    script: 'https://hcaptcha.com https://*.hcaptcha.com',
    frame: 'https://hcaptcha.com https://*.hcaptcha.com',
    style: 'https://hcaptcha.com https://*.hcaptcha.com',
  },
};
