import { generic } from './generic.ts';
import type { Profile } from './profile.ts';

/** Behind an API gateway that checks JWTs (AWS HTTP API): an application logs people in and sends the access token. */
export const apiGateway: Profile = {
  ...generic,
  name: 'the application',
  asksForResource: false,
  session: 'Nothing to set: the gateway checks exp at each request.',
};
