/**
 * SVG as a logo. It is written again from what is known to be a drawing. What could run or load something is refused;
 * what drawing programs leave behind (metadata, their own namespaces, comments) is dropped.
 */
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { cssFaults, loadingFunction } from './css.ts';
import { createSvgSize } from './svg-size.ts';

const SVG = 'http://www.w3.org/2000/svg';
const XLINK = 'http://www.w3.org/1999/xlink';
const XML = 'http://www.w3.org/XML/1998/namespace';

const DRAWING: ReadonlySet<string> = new Set([
  ...['svg', 'g', 'defs', 'symbol', 'use', 'title', 'desc', 'style', 'switch'],
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan', 'textPath'],
  ...['linearGradient', 'radialGradient', 'stop', 'pattern', 'clipPath', 'mask', 'marker', 'filter'],
  ...['feBlend', 'feColorMatrix', 'feComponentTransfer', 'feComposite', 'feConvolveMatrix', 'feDropShadow', 'feFlood'],
  ...['feFuncA', 'feFuncB', 'feFuncG', 'feFuncR', 'feGaussianBlur', 'feMerge', 'feMergeNode', 'feMorphology'],
  ...['feOffset', 'feTile', 'feTurbulence', 'feDiffuseLighting', 'feSpecularLighting', 'feDistantLight'],
  ...['fePointLight', 'feSpotLight', 'feDisplacementMap'],
]);

/** A reference to a part of the same drawing. */
const OWN_PART = /url\(\s*(["']?)#[\w.:-]+\1\s*\)/gi;

/** Deeper drawings are no logos. */
const DEEPEST = 64;
/** Elements that are shown, counted each time. */
const MOST_SHOWN = 100_000;

class Refused extends Error {}

/** The drawing alone, or why it is refused, with its line. */
export function readSvg(source: string): { readonly svg: string } | { readonly fault: string } {
  // The parser takes half a surrogate pair and whatever follows it for one character.
  const parser = new SaxesParser({ xmlns: true, position: true });
  const refuse = (what: string) => {
    throw new Refused(`line ${parser.line} has ${what}`);
  };
  const out: string[] = [];
  /** Names of open elements; null for one that is dropped. */
  const open: (string | null)[] = [];
  const isDropped = () => open.at(-1) === null;
  const size = createSvgSize();
  /** Of an open `<style>`: its text so far, which may come in pieces, and its line. */
  let style: { text: string; readonly line: number } | null = null;
  const addText = (text: string) => {
    if (open.length === 0 || isDropped()) return;
    if (style) style.text += text;
    else out.push(escapeXml(text));
  };
  const addStyle = ({ text, line }: NonNullable<typeof style>) => {
    const [fault] = cssFaults(text.replace(OWN_PART, 'none'), { line });
    if (fault) throw new Refused(`its style: ${fault.message}`);
    size.refer(text);
    out.push(escapeXml(text));
  };

  parser.on('error', (error) => {
    throw new Refused(`line ${parser.line} is not XML: ${error.message.replace(/^\S+:\s*/, '')}`);
  });
  parser.on('doctype', (text) => {
    if (/\[|ENTITY/i.test(text)) refuse('a DOCTYPE with declarations');
  });
  parser.on('processinginstruction', ({ target }) => refuse(`<?${target}?>`));
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', (tag) => {
    const isForeign = tag.uri !== SVG || tag.local === 'metadata';
    if (open.length === 0 && (isForeign || tag.local !== 'svg')) refuse('another element than <svg> around all');
    if (open.length >= DEEPEST) refuse('too many elements in each other');
    if (tag.uri === 'http://www.w3.org/1999/xhtml') refuse(`<${tag.name}> of HTML`);
    if (style) refuse(`<${tag.name}> in <style>`);
    if (isDropped() || isForeign) return void open.push(null);
    if (!DRAWING.has(tag.local)) refuse(`<${tag.local}>, which no logo needs`);
    out.push(`<${tag.local}${open.length === 0 ? ` xmlns="${SVG}" xmlns:xlink="${XLINK}"` : ''}${attributes(tag)}>`);
    open.push(tag.local);
    const given = Object.values(tag.attributes) as SaxesAttributeNS[];
    const named = (name: string) => given.filter(({ local }) => local === name).map(({ value }) => value);
    size.open(
      tag.local,
      named('id'),
      named('href').map((href) => href.slice(1)),
    );
    if (tag.local === 'style') style = { text: '', line: parser.line };
  });
  parser.on('closetag', () => {
    const name = open.pop();
    if (!name) return;
    if (style) addStyle(style);
    style = null;
    size.close();
    out.push(`</${name}>`);
  });

  function attributes({ attributes: given }: SaxesTagNS): string {
    return (Object.values(given) as SaxesAttributeNS[]).map(attribute).join('');
  }

  function attribute({ local, name, uri, value }: SaxesAttributeNS): string {
    if (/^on/i.test(local)) refuse(`the event handler ${name}`);
    if (local === 'href' && !/^#[\w.:-]+$/.test(value)) refuse(`${name} to something outside of the drawing`);
    const isKept = uri === '' || uri === XML || (uri === XLINK && local === 'href');
    if (!isKept || local === 'xmlns') return '';
    const loading = loadingFunction(value.replace(OWN_PART, 'none'));
    if (loading) refuse(`${loading}(…) in ${name}`);
    size.refer(value);
    const prefix = uri === XLINK ? 'xlink:' : uri === XML ? 'xml:' : '';
    return ` ${prefix}${local}="${escapeXml(value)}"`;
  }

  try {
    parser.write(source.toWellFormed()).close();
  } catch (error) {
    if (error instanceof Refused) return { fault: error.message };
    throw error;
  }
  if (size.shown() > MOST_SHOWN)
    return { fault: `it shows more than ${MOST_SHOWN} elements, as parts are in each other` };
  return { svg: out.join('') };
}

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (text: string) => text.replace(/[&<>"]/g, (found) => ESCAPED[found] ?? '');
