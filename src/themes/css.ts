/** The style sheet of a theme: it may look like anything, and load nothing. */
import parse from 'css-tree/parser';
import { tokenize, tokenTypes } from 'css-tree/tokenizer';
import { ident } from 'css-tree/utils';
import { lineAt, type ThemeFault } from './fault.ts';

/** Functions whose arguments may be an address (CSS Values 4, CSS Images 4), or code. */
const LOADING: ReadonlySet<string> = new Set([
  ...['url', 'src', 'image', 'image-set', '-webkit-image-set', 'cross-fade', '-webkit-cross-fade'],
  ...['element', '-moz-element', 'expression', 'paint'],
]);

/** What else needs an address, or would change more than looks. */
const AT_RULES: ReadonlySet<string> = new Set([
  ...['media', 'supports', 'container', 'layer', 'scope', 'starting-style'],
  ...['keyframes', '-webkit-keyframes', 'property', 'counter-style'],
]);

/** Properties by which old browsers ran code. */
const CODE: ReadonlySet<string> = new Set(['behavior', '-moz-binding']);

/** In all; a fault more is no help. */
const MOST_FAULTS = 20;

export interface CssOptions {
  /** What is checked: a style sheet, or the declarations of a style attribute. */
  readonly context?: 'stylesheet' | 'declarationList';
  /** The line that the text begins at. */
  readonly line?: number;
}

/** What may not be in a theme's style sheet, each with its line. */
export function cssFaults(css: string, { context = 'stylesheet', line = 1 }: CssOptions = {}): ThemeFault[] {
  const faults: { readonly line: number; readonly what: string }[] = [];
  const add = (offset: number, what: string) => faults.push({ line: lineAt(css, offset) + line - 1, what });
  tokenize(css, (type, start, end) => {
    const refused = refusedToken(type, css.slice(start, end));
    if (refused) add(start, refused);
  });
  parse(css, {
    context,
    parseCustomProperty: true,
    onParseError: (error) => faults.push({ line: error.line + line - 1, what: `is not CSS: ${error.message}` }),
  });
  return faults
    .sort((a, b) => a.line - b.line)
    .slice(0, MOST_FAULTS)
    .map((fault) => ({ path: [], message: `line ${fault.line} ${fault.what}` }));
}

/** The first function in a value of CSS that may load something; null if there is none. */
export function loadingFunction(value: string): string | null {
  let found: string | null = null;
  tokenize(value, (type, start, end) => {
    if (type === tokenTypes.Url || type === tokenTypes.BadUrl) found ??= 'url';
    if (type !== tokenTypes.Function) return;
    const name = ident.decode(value.slice(start, end - 1)).toLowerCase();
    if (LOADING.has(name)) found ??= name;
  });
  return found;
}

/** Why a token is refused; null if it is not. The tokenizer sees what a browser sees, so escapes hide nothing. */
function refusedToken(type: number, text: string): string | null {
  switch (type) {
    case tokenTypes.Url:
    case tokenTypes.BadUrl:
      return 'has url(…): a theme loads nothing';
    case tokenTypes.BadString:
      return 'has a text without an end';
    case tokenTypes.Function: {
      const name = ident.decode(text.slice(0, -1)).toLowerCase();
      return LOADING.has(name) ? `has ${name}(…): a theme loads nothing` : null;
    }
    case tokenTypes.AtKeyword: {
      const name = ident.decode(text.slice(1)).toLowerCase();
      if (AT_RULES.has(name)) return null;
      return name === 'import' ? 'has @import: a theme loads nothing' : `has @${name}, which themes may not have`;
    }
    case tokenTypes.Ident:
      return CODE.has(ident.decode(text).toLowerCase()) ? 'has a property that runs code' : null;
    default:
      return null;
  }
}
