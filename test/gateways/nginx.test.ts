import { missing, startNjs } from './njs.ts';
import { tour } from './tour.ts';

tour(
  {
    name: 'nginx with njs',
    profile: 'nginx',
    callback: '/oauth2/callback',
    endsTls: true,
    logout: (origin) => `${origin}/logout`,
    postLogout: (origin) => `${origin}/bye`,
    start: (setting) => startNjs(setting),
  },
  missing,
);
