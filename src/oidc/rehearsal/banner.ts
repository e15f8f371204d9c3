/** What tells a page of a rehearsal from a real one. Its words are those of operators, and have their own language. */
import ejs from 'ejs';
import type { Locale } from '#pages/locale/index.ts';
import type { RehearsedState } from './states.ts';

export interface Banner {
  readonly state: RehearsedState;
  /** Counted from 1, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** URLs; null at either end. */
  readonly back: string | null;
  readonly next: string | null;
  /** Why the rehearsal ends here; null where it goes on. */
  readonly endsBecause: 'no_goal' | null;
}

/** Puts the banner above the page, and its style sheet into the head. */
export function withBanner(html: string, { code, dir, messages }: Locale, banner: Banner, styleUrl: string): string {
  const { state, step, steps, back, next, endsBecause } = banner;
  const link = (url: string | null, key: string) =>
    url === null ? '' : `<a href="${ejs.escapeXML(url)}">${messages.html(key)}</a>`;
  const hint = endsBecause ? `rehearsal.ends.${endsBecause}` : next === null ? 'rehearsal.last' : 'rehearsal.hint';
  const aside = [
    `<aside class="rehearsal" lang="${code}" dir="${dir}" aria-label="${messages.plain('rehearsal.name', {})}">`,
    `<p><strong>${messages.html('rehearsal.name')}</strong> `,
    `${messages.html('rehearsal.step', { step, steps })} ${messages.html(`rehearsal.state.${state}`)}</p>`,
    `<p>${messages.html(hint)}</p>`,
    `<p class="steps">${link(back, 'rehearsal.back')} ${link(next, 'rehearsal.next')}</p></aside>`,
  ].join('');
  return html
    .replace('</head>', () => `<link rel="stylesheet" href="${ejs.escapeXML(styleUrl)}"></head>`)
    .replace(/<body[^>]*>/, (body) => `${body}${aside}`);
}
