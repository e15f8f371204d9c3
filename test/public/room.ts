/** Shared by the tests of door 2: a room, the site it protects, and a visitor's way through /enter. */
import type { JSONWebKeySet } from 'jose';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { RoomInput } from '#settings/room.ts';
import type { Browser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import type { TestService } from '#support/service.ts';

export const SITE = 'https://shop.example';

export const SALE: RoomInput = {
  id: 'sale',
  title: 'Spring sale',
  admission: { claim_window: '1m', lifetime: '10m' },
  return_urls: [`${SITE}/`],
};

export const enterUrl = ({ issuer }: TestService, to: string, room = 'sale') =>
  `${issuer}/rooms/${room}/enter?return_to=${encodeURIComponent(to)}`;

/** The same for a visitor whom a gate sends. */
export const fromGateUrl = (service: TestService, to: string) => `${enterUrl(service, to)}&anteroom_gate=1`;

/** Comes to /enter with a browser that keeps cookies. */
export const enter = (service: TestService, browser: Browser, to: string, headers: Record<string, string> = {}) =>
  enterWith(browser, enterUrl(service, to), headers);

/** Verifies a token against the published keys, as a site does. */
export async function verified(service: TestService, token: string, audience = 'sale') {
  const jwks = (await (await fetch(`${service.issuer}/jwks`)).json()) as JSONWebKeySet;
  const currentDate = new Date(service.time.now());
  return jwtVerify(token, createLocalJWKSet(jwks), { issuer: service.issuer, audience, currentDate });
}

/** Comes to /enter, waits, is served and claims. Returns the URL of the site with the token. */
export async function comeBack(service: TestService, browser: Browser, to = `${SITE}/deep?x=1`): Promise<string> {
  const { location } = await enter(service, browser, to);
  if (!location.startsWith(service.issuer)) return location;
  await service.waitingRoom.operations.raise('sale', 1);
  return (await browser.post(location)).location;
}

export const tokenOf = (url: string) => new URL(url).searchParams.get('anteroom_token') ?? '';
