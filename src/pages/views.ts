import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateFunction } from 'ejs';
import ejs from 'ejs';
import type { LanguageSettings, RoomSettings } from '#waiting-room/room.ts';
import { chooseLanguage, type LanguageRequest, type Offered } from './locale/choose-language.ts';
import { FALLBACK, type Locale, type Locales } from './locale/index.ts';
import { Markup } from './locale/messages.ts';
import { type RoomTexts, roomTexts } from './room-texts.ts';
import { createDresses, type Dress } from './theme/dress.ts';

/** What a view is given. Views escape all of it with `<%= %>`. */
export type ViewData = Readonly<Record<string, unknown>>;

/** What a page takes from the settings of its room. */
export type PageSettings = Pick<RoomSettings, 'languages'> & Partial<RoomSettings>;

/** Renders a view of views/ to a whole page, in the language that the request asks for among those of the room. */
export type Render = (request: LanguageRequest, view: string, data: ViewData, room?: PageSettings) => string;

export interface Views {
  /** The view alone, in the fallback language. */
  render(name: string, data?: ViewData): string;
  /** The view inside `layout.ejs`, which gets the same data and the view's HTML as `content`. */
  readonly page: Render;
  /** The room's texts in the language of a request. */
  readonly texts: (request: LanguageRequest, room: PageSettings) => RoomTexts;
  /** What the pages are written in. */
  readonly locales: Locales;
  /** A locale by its code, or the fallback. */
  locale(code: string): Locale;
  /** The locale that `page` would choose. */
  localeOf(request: LanguageRequest, room?: PageSettings): Locale;
  /** What the pages of a room take from its theme; null if it has none. */
  dress(room: Partial<RoomSettings>): Dress | null;
}

export interface ViewsOptions {
  /** The folder of `NAME.ejs`. */
  readonly folder: string;
  /** Given to every view, such as `asset`, which returns the URL of an asset. */
  readonly shared?: ViewData;
  readonly locales: Locales;
}

interface Variant {
  readonly given: readonly string[];
  readonly template: TemplateFunction;
}

/**
 * EJS templates. `{{key}}` is a text of the locale; it is put in when a template is compiled, so that showing a page
 * costs no lookup. `{{key name}}` keeps `{}` in the place of the placeholder `name`, for the page's script. Where the
 * values are known, a message is `<%- html('key', { … }) %>`, or `<%= plain('key', { … }) %>` in an attribute.
 *
 * Each template is read and compiled at its first use, once for each locale and set of names it is given. The names
 * become variables of the template's function: EJS would otherwise wrap it in `with`, which V8 does not optimize.
 */
export function createViews({ folder, shared = {}, locales }: ViewsOptions): Views {
  const sources = new Map<string, string>();
  const compiled = new WeakMap<Locale, Map<string, Variant[]>>();
  const dresses = createDresses();

  function sourceOf(name: string): string {
    const known = sources.get(name) ?? readFileSync(join(folder, `${name}.ejs`), 'utf8');
    sources.set(name, known);
    return known;
  }

  function compile(name: string, locale: Locale, given: readonly string[]): TemplateFunction {
    const { messages } = locale;
    const ofLocale = compiled.get(locale) ?? new Map<string, Variant[]>();
    compiled.set(locale, ofLocale);
    const variants = ofLocale.get(name) ?? [];
    const known = variants.find((variant) => isEqual(variant.given, given));
    if (known) return known.template;
    const filename = join(folder, `${name}.ejs`);
    const options = { filename, rmWhitespace: true, _with: false, destructuredLocals: [...given] };
    const source = sourceOf(name).replace(/\{\{([\w.]+)((?: \w+)*)\}\}/g, (_, message: string, names: string) => {
      const open = names
        .split(' ')
        .filter(Boolean)
        .map((placeholder) => [placeholder, new Markup('{}')]);
      return messages.html(message, Object.fromEntries(open));
    });
    const template = ejs.compile(source, options);
    ofLocale.set(name, [...variants, { given, template }]);
    return template;
  }

  function render(name: string, locale: Locale, data: ViewData): string {
    const locals = { ...shared, ...helpersOf(locale), ...data };
    return compile(name, locale, Object.keys(locals))(locals);
  }

  const everywhere = { codes: locales.codes, fallback: FALLBACK };
  const offered = new WeakMap<LanguageSettings, Offered>();

  /** What a room offers, of what is shipped. */
  function offeredBy(settings: LanguageSettings | null | undefined): Offered {
    if (!settings) return everywhere;
    const known = offered.get(settings);
    if (known) return known;
    const codes = new Set(settings.offered ?? locales.codes).intersection(locales.codes);
    const made = codes.size > 0 ? { codes, fallback: settings.default } : { ...everywhere, fallback: settings.default };
    offered.set(settings, made);
    return made;
  }

  const options = new WeakMap<Offered, Map<string, string>>();

  /** The picker's options: the same for all visitors of a language. */
  function optionsOf(choice: Offered, { code: chosen }: Locale): string {
    const made = options.get(choice) ?? new Map<string, string>();
    options.set(choice, made);
    const known = made.get(chosen);
    if (known !== undefined) return known;
    const html = locales.list
      .filter(({ code }) => choice.codes.has(code))
      .map(({ code, name }) => {
        const selected = code === chosen ? ' selected' : '';
        return `<option value="${code}" lang="${code}"${selected}>${ejs.escapeXML(name)}</option>`;
      })
      .join('');
    made.set(chosen, html);
    return html;
  }

  function localeIn(request: LanguageRequest, choice: Offered, theme: Dress | null): Locale {
    const locale = locales.get(chooseLanguage(request, choice));
    return theme ? theme.localeOf(locale) : locale;
  }

  return {
    locales,
    locale: locales.get,
    localeOf: (request, room) => localeIn(request, offeredBy(room?.languages), null),
    dress: dresses.of,
    render: (name, data = {}) => render(name, locales.get(FALLBACK), data),
    page(request, name, data, room) {
      const choice = offeredBy(room?.languages);
      const theme = room ? dresses.of(room) : null;
      const locale = localeIn(request, choice, theme);
      const shown = room ? { ...data, ...roomTexts(room, locale) } : data;
      const content = render(name, locale, shown);
      const around = { ...shown, content, theme, languageOptions: optionsOf(choice, locale) };
      if (!theme?.template || name !== 'waiting') return render('layout', locale, around);
      const logo = theme.logo && shared.path ? (shared.path as (route: string) => string)(theme.logo) : '';
      const templated = theme.template({ data: shown, content, name: theme.name ?? '', logo, locale });
      return render('layout', locale, { ...around, templated });
    },
    texts: (request, room) => roomTexts(room, localeIn(request, offeredBy(room.languages), dresses.of(room))),
  };
}

/** What the views call. */
const helpersOf = (locale: Locale) => ({
  locale,
  formats: locale.formats,
  html: locale.messages.html,
  plain: locale.messages.plain,
  has: locale.messages.has,
  markup: (html: string) => new Markup(html),
});

function isEqual(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, at) => name === others[at]);
}
