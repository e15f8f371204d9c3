/** A room, relying parties and page readers that tests of the waiting page share. */
import type { RoomInput } from '#settings/room.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';

export const SALE: RoomInput = {
  id: 'sale',
  title: 'Sale <b>&amp; "more"</b>',
  admission: { claim_window: '1m', lifetime: '10m' },
};
export const rooms: readonly RoomInput[] = [SALE, { id: 'other' }];

const shop = { client_secret: SECRET, redirect_uris: [REDIRECT_URI], landing_url: 'https://shop.example/?from="line"' };
export const relying_parties = [
  { client_id: 'shop', room: 'sale', ...shop },
  { client_id: 'elsewhere', room: 'other', ...shop },
];

/** The visible text of a page, without what is hidden in its state. */
export function shown(html: string): string {
  return html
    .replace(/<(h1|p|div|button|section|small)\b[^>]* hidden\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

export const headingOf = (html: string) => /<h1(?![^>]* hidden)[^>]*>([^<]*)<\/h1>/.exec(html)?.[1];
