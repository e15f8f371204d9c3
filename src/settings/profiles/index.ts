/** The known kinds of relying party, by the name in a relying party's `profile`. To add one, add it to this list. */
import { alb } from './alb.ts';
import { apiGateway } from './api-gateway.ts';
import { cloudflareAccess } from './cloudflare-access.ts';
import { envoy } from './envoy.ts';
import { expressOpenidConnect } from './express-openid-connect.ts';
import { generic } from './generic.ts';
import { istio } from './istio.ts';
import { kong } from './kong.ts';
import { modAuthOpenidc } from './mod-auth-openidc.ts';
import { nginx } from './nginx.ts';
import { oauth2Proxy } from './oauth2-proxy.ts';
import type { Profile } from './profile.ts';
import { spring } from './spring.ts';
import { traefik } from './traefik.ts';

export const profiles = {
  generic,
  alb,
  envoy,
  'oauth2-proxy': oauth2Proxy,
  'mod-auth-openidc': modAuthOpenidc,
  'express-openid-connect': expressOpenidConnect,
  nginx,
  spring,
  traefik,
  istio,
  kong,
  'cloudflare-access': cloudflareAccess,
  'api-gateway': apiGateway,
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as [ProfileName, ...ProfileName[]];

/** The profile with this name. An unknown name, which a newer version may have stored, is `generic`. */
export function profileOf(name: string): Profile {
  return Object.hasOwn(profiles, name) ? profiles[name as ProfileName] : generic;
}
