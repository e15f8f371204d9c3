import { useRef } from 'preact/hooks';
import {
  type ColourName,
  DEFAULTS,
  LEAST,
  lowContrastsOf,
  PROPERTIES,
  SCHEMES,
  type Scheme,
  shownRatio,
} from '../../../../src/themes/colours.ts';
import { TextField } from '../../../parts/field.tsx';
import type { ThemeDraft } from '../../../state/theme-draft.ts';
import { t } from '../../../state/words.ts';

const NAMES = Object.keys(PROPERTIES) as ColourName[];
const COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** The colours of both schemes. A pair that is hard to read is named where it can be changed. */
export function ThemeColours({ draft }: { readonly draft: ThemeDraft }) {
  const isOpen = useRef(draft.theme.value.colours !== undefined).current;
  return (
    <details open={isOpen}>
      <summary>{t('theme.colours')}</summary>
      {SCHEMES.map((scheme) => (
        <fieldset key={scheme} class="colours">
          <legend>{t(`theme.colours.${scheme}`)}</legend>
          <SchemeColours draft={draft} scheme={scheme} />
        </fieldset>
      ))}
    </details>
  );
}

function SchemeColours({ draft, scheme }: { readonly draft: ThemeDraft; readonly scheme: Scheme }) {
  const given = draft.theme.value.colours?.[scheme] ?? {};
  const readable = Object.fromEntries(Object.entries(given).filter(([, colour]) => COLOUR.test(colour ?? '')));
  const low = lowContrastsOf(scheme, readable);
  const set = (name: ColourName, colour: string) =>
    draft.set({ colours: { ...draft.theme.value.colours, [scheme]: { ...given, [name]: colour.trim() } } });

  function faultOf(name: ColourName): string {
    const colour = given[name];
    if (colour !== undefined && !COLOUR.test(colour)) return t('theme.no_colour');
    return low
      .filter((pair) => pair.colour === name)
      .map(({ text, on, ratio }) =>
        t('theme.low_contrast', {
          text: t(`theme.colour.${text}`),
          on: t(`theme.colour.${on}`),
          ratio: shownRatio(ratio),
          least: LEAST,
        }),
      )
      .join(' ');
  }

  return (
    <>
      {NAMES.map((name) => (
        <div key={name} class="colour">
          <TextField
            label={t(`theme.colour.${name}`)}
            fault={faultOf(name)}
            placeholder={DEFAULTS[scheme][name]}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={given[name] ?? ''}
            onValue={(colour) => set(name, colour)}
          />
          <input
            type="color"
            aria-label={t('theme.pick', { colour: t(`theme.colour.${name}`), scheme })}
            value={longForm(readable[name] ?? DEFAULTS[scheme][name])}
            onInput={(event) => set(name, event.currentTarget.value)}
          />
        </div>
      ))}
    </>
  );
}

/** `#abc` is `#aabbcc`: the browser's picker knows only the long form. */
const longForm = (colour: string): string => (colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour);
