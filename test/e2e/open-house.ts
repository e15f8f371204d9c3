/** A room that admits everybody at once, and a site that logs its visitors in there. */
import { expect } from 'vitest';
import { freePort } from '#support/ports.ts';
import { type Exchange, serve } from '../gateways/stand-ins/http.ts';
import type { Anteroom } from './anteroom.ts';

export interface OpenHouse {
  readonly origin: string;
  close(): Promise<void>;
}

export interface OpenHouseOptions {
  /** Answers a request to the site. `login` is where a login begins. */
  readonly answer: (exchange: Exchange, site: { readonly origin: string; readonly login: URL }) => void;
  /** More settings of the room, and of the relying party. */
  readonly room?: (origin: string) => object;
  readonly relyingParty?: object;
}

export async function startOpenHouse(anteroom: Anteroom, options: OpenHouseOptions): Promise<OpenHouse> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const redirectUri = `${origin}/callback`;
  const request = { client_id: 'site', redirect_uri: redirectUri, response_type: 'code', scope: 'openid' };
  const site = await serve(port, (received) =>
    options.answer(received, { origin, login: new URL(`${anteroom.url}/authorize?${new URLSearchParams(request)}`) }),
  );

  async function put(path: string, body: object): Promise<void> {
    const answer = await fetch(`${anteroom.url}/admin/v1/${path}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${anteroom.adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok, await answer.text()).toBe(true);
  }
  await put('rooms/open', { title: 'Open house', mode: 'passthrough', ...options.room?.(origin) });
  const party = { client_secret: 'a secret of the site', room: 'open', redirect_uris: [redirectUri] };
  await put('relying-parties/site', { ...party, ...options.relyingParty });
  return { origin, close: () => site.close() };
}
