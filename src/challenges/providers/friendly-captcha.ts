import type { Provider } from './provider.ts';

/** Version 2. https://developer.friendlycaptcha.com/docs/v2/api/siteverify */
export const friendlyCaptcha: Provider = {
  verifyUrl: 'https://global.frcapi.com/api/v2/captcha/siteverify',
  verification: ({ secret, siteKey, token }) => ({
    headers: { 'Content-Type': 'application/json', 'X-API-Key': secret },
    body: JSON.stringify({ response: token, sitekey: siteKey }),
  }),
  setupFaults: ['auth_required', 'auth_invalid', 'sitekey_invalid'],
  widget: {
    script: 'https://cdn.jsdelivr.net/npm/@friendlycaptcha/sdk@0.1/site.min.js',
    className: 'frc-captcha',
    field: 'frc-captcha-response',
  },
  sources: { script: 'https://cdn.jsdelivr.net/npm/@friendlycaptcha/', frame: 'https://*.frcapi.com' },
};
