/** What a template may be made of. Everything else is refused. */
import { loadingFunction } from './css.ts';

const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';

const ELEMENTS: ReadonlySet<string> = new Set([
  ...['html', 'head', 'body', 'title', 'meta', 'style', 'main', 'header', 'footer', 'nav', 'section', 'article'],
  ...['aside', 'div', 'p', 'span', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hgroup', 'ul', 'ol', 'li', 'dl', 'dt', 'dd'],
  ...['a', 'strong', 'em', 'b', 'i', 'u', 's', 'small', 'sub', 'sup', 'br', 'hr', 'wbr', 'img', 'figure'],
  ...['figcaption', 'blockquote', 'q', 'cite', 'code', 'pre', 'kbd', 'samp', 'abbr', 'time', 'address', 'bdi', 'bdo'],
  ...['mark', 'data', 'ruby', 'rt', 'rp', 'table', 'caption', 'colgroup', 'col', 'thead', 'tbody', 'tfoot', 'tr'],
  ...['th', 'td', 'details', 'summary', 'progress', 'meter', 'center', 'font'],
]);

/** Without elements that may contain HTML. */
const DRAWING: ReadonlySet<string> = new Set([
  ...['svg', 'g', 'defs', 'path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan'],
  ...['linearGradient', 'radialGradient', 'stop', 'clipPath', 'mask'],
]);

const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['class', 'id', 'title', 'lang', 'dir', 'role', 'hidden', 'alt', 'width', 'height', 'value', 'max', 'min', 'open'],
  ...['colspan', 'rowspan', 'scope', 'start', 'reversed', 'datetime', 'rel', 'target', 'charset', 'align', 'bgcolor'],
  ...['color', 'border', 'cellpadding', 'cellspacing', 'valign', 'tabindex', 'low', 'high', 'optimum', 'xmlns'],
]);

/** Attributes of a drawing that hold no address (SVG 2). */
const OF_DRAWING =
  /^(?:viewBox|preserveAspectRatio|d|points|x|y|x[12]|y[12]|cx|cy|r|rx|ry|dx|dy|fx|fy|fill|fill-\w+|stroke|stroke-[\w-]+|opacity|transform|offset|stop-\w+|gradientUnits|gradientTransform|spreadMethod|clip-path|clip-rule|mask|font-[\w-]+|text-anchor|focusable|version)$/;

const METAS: ReadonlySet<string> = new Set([
  'viewport',
  'description',
  'theme-color',
  'color-scheme',
  'robots',
  'author',
]);

const HINTS: Readonly<Record<string, string>> = {
  link: 'write your style in <style>, and the logo into the theme',
  form: 'the page has its own, in {{{form}}}',
  button: 'the page has its own, in {{{form}}}',
  input: 'the page has its own, in {{{form}}}',
  base: 'write whole addresses',
  script: 'the page has its own',
};

/** Names by which the page's script and labels find their elements. New ones begin with `anteroom-`. */
export const RESERVED_IDS: ReadonlySet<string> = new Set([
  ...['ahead', 'back', 'check', 'claim', 'code', 'email', 'estimate', 'from', 'held', 'lane'],
  ...['language', 'leave', 'leaving', 'left', 'lost', 'message', 'more-time', 'moved', 'next'],
  ...['notified', 'notify', 'number', 'progress', 'push', 'push-ask', 'push-failed', 'rejoin'],
  ...['rivals', 'scarce', 'start', 'starts', 'stock', 'stop', 'stopped', 'support', 'to'],
  ...['unchecked', 'updated', 'waiting'],
]);

/** Templates that are saved keep the ids that they have, so an id of the page may not be one that is theirs by chance. */
export const OWN_ID = /^anteroom-/i;

/** Why an element is refused; null if it is not. */
export function elementFault(name: string, namespace: string): string | null {
  if (namespace === HTML ? ELEMENTS.has(name) : namespace === SVG && DRAWING.has(name)) return null;
  const hint = HINTS[name];
  return `has <${name.replace(/\uE000\d+\uE001/g, '{{…}}')}>, which a template may not have${hint ? `: ${hint}` : ''}`;
}

interface Of {
  readonly tagName: string;
  readonly namespaceURI: string;
  readonly attrs: readonly { readonly name: string; readonly value: string }[];
}

const MARK = '\uE000';
const OWN_PART = /url\(\s*#[\w.:-]+\s*\)/gi;

/** Why an attribute is refused; null if it is not. @param raw as it is written. */
export function attributeFault(of: Of, name: string, value: string, raw: string): string | null {
  if (name.includes(MARK)) return 'has a tag of Mustache among attributes: write it into the value of one';
  if (/^on/i.test(name)) return `has the event handler ${name}`;
  if (name === 'style') return 'has a style attribute: write a class, and its style in <style>';
  if (value.includes(MARK) && !/=\s*["']/.test(raw)) return `has a tag of Mustache in ${name} without quotes`;
  if (of.namespaceURI === SVG && OF_DRAWING.test(name)) {
    const loading = loadingFunction(value.replace(OWN_PART, 'none'));
    return loading ? `has ${loading}(…) in ${name}: a theme loads nothing` : null;
  }
  if (of.tagName === 'meta') return metaFault(of, name, value);
  if (name === 'href' && of.tagName === 'a') return linkFault(value);
  if (name === 'src' && of.tagName === 'img') {
    return /^\s*src\s*=\s*["']\uE000\d+\uE001["']\s*$/.test(raw) ? null : 'has an image other than "{{logo}}"';
  }
  if (name === 'id') return idFault(value);
  if (ATTRIBUTES.has(name) || /^(?:aria|data)-[\w-]+$/.test(name)) return null;
  return `has the attribute ${name} of <${of.tagName}>, which a template may not have`;
}

function metaFault({ attrs }: Of, name: string, value: string): string | null {
  if (name === 'charset') return /^utf-?8$/i.test(value) ? null : 'has another charset than utf-8';
  const kind = attrs.find((attribute) => attribute.name === 'name')?.value.toLowerCase();
  const isKept = (name === 'name' || name === 'content') && kind !== undefined && METAS.has(kind);
  return isKept
    ? null
    : `has <meta ${name}="${value.replaceAll(/\uE000\d+\uE001/g, '{{…}}')}">, which a template may not have`;
}

/** Browsers drop control characters and spaces before they read the scheme. */
function linkFault(value: string): string | null {
  if (value.includes(MARK)) return 'has a link with a tag of Mustache in its address';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what hides a scheme
  const scheme = /^([^/?#]*?):/.exec(value.replace(/[\u0000-\u0020]/g, ''))?.[1]?.toLowerCase();
  if (scheme === undefined || ['https', 'http', 'mailto', 'tel'].includes(scheme)) return null;
  return `has a link to ${scheme}: addresses are https, http, mailto and tel`;
}

function idFault(value: string): string | null {
  if (value.includes(MARK)) return 'has an id with a tag of Mustache';
  return RESERVED_IDS.has(value) || OWN_ID.test(value) ? `has the id ${value}, which the page itself has` : null;
}
