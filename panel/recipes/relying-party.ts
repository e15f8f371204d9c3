/** What to enter at a relying party of each profile. The secret is never known here. */
import apache from '../../deploy/relying-parties/apache/anteroom.conf';
import envoy from '../../deploy/relying-parties/envoy/envoy.yaml';
import nginx from '../../deploy/relying-parties/nginx/nginx.conf';
import oauth2Proxy from '../../deploy/relying-parties/oauth2-proxy/oauth2-proxy.cfg';
import spring from '../../deploy/relying-parties/spring/src/main/resources/application.yaml';
import { fillExample, type Recipe, type RecipeValues } from '../state/recipe.ts';
import { alb, apiGateway, cloudflareAccess, expressOpenidConnect, istio, kong, traefik } from './templates.ts';

type Make = (values: RecipeValues) => Recipe;

const example =
  (name: string, text: string): Make =>
  (values) => ({ name, text: fillExample(text, values) });

const RECIPES: Readonly<Record<string, Make>> = {
  alb,
  envoy: example('envoy.yaml', envoy),
  'oauth2-proxy': example('oauth2-proxy.cfg', oauth2Proxy),
  'mod-auth-openidc': example('anteroom.conf', apache),
  'express-openid-connect': expressOpenidConnect,
  nginx: example('nginx.conf', nginx),
  spring: example('application.yaml', spring),
  traefik,
  istio,
  kong,
  'cloudflare-access': cloudflareAccess,
  'api-gateway': apiGateway,
};

/** Null: the profile has no settings of its own, and the single values are all there is. */
export function recipeFor(profile: string, values: RecipeValues): Recipe | null {
  const make = Object.hasOwn(RECIPES, profile) ? RECIPES[profile] : undefined;
  return make?.(values) ?? null;
}
