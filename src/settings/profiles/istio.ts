import { generic } from './generic.ts';
import type { Profile } from './profile.ts';

/** Istio with authservice: a login may take as long as it takes. */
export const istio: Profile = {
  ...generic,
  name: 'Istio authservice',
  loginWindow: null,
  secret: true,
  session: 'Set absolute_session_timeout to admission.lifetime.',
};
