import { generic } from './generic.ts';
import type { Profile } from './profile.ts';

/** An application that sends its access token to an API gateway that verifies JWTs (AWS HTTP API). */
export const apiGateway: Profile = {
  ...generic,
  name: 'the application',
  asksForResource: false,
  session: 'No setting needed: the gateway checks exp at each request.',
};
