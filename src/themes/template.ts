/**
 * A whole waiting page of an operator's own, in Mustache. It is written again from elements that are known to show text.
 * What could run or load something is refused. Its style sheet becomes a part of the theme's.
 */
import { type DefaultTreeAdapterMap, defaultTreeAdapter, parse, serialize, serializeOuter } from 'parse5';
import { cssFaults } from './css.ts';
import type { ThemeFault } from './fault.ts';
import { attributeFault, elementFault } from './template-html.ts';
import { FORM, hide, type Placed, show } from './template-tags.ts';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** A template that was checked, in the parts that the layout of the pages puts together. All but `css` are Mustache. */
export interface Template {
  /** Null if the page keeps its own. */
  readonly title: string | null;
  /** Elements of the head. */
  readonly head: string;
  /** Attributes of the body, with a space before each. */
  readonly attributes: string;
  /** What is before and after the form. */
  readonly body: string;
  readonly css: string;
  /** Whether the form is inside of the template's own `<main>`. */
  readonly hasMain: boolean;
}

/** Deeper pages are none that anybody wrote. */
const DEEPEST = 100;
/** In all; a fault more is no help. */
const MOST_FAULTS = 20;
/** The page itself has the others. */
const OWN_METAS: ReadonlySet<string> = new Set(['description', 'theme-color', 'color-scheme', 'author']);
/** What may be around an article. */
const AROUND_FORM: ReadonlySet<string> = new Set(['body', 'main', 'div', 'section']);

type Add = (line: number, what: string) => void;

/** The parts of a template, or why it is refused. */
export function readTemplate(source: string): Template | { readonly faults: readonly ThemeFault[] } {
  const found: { line: number; what: string }[] = [];
  const add: Add = (line, what) => found.push({ line, what });
  const faults = () =>
    found
      .sort((a, b) => a.line - b.line)
      .slice(0, MOST_FAULTS)
      .map(({ line, what }) => ({ path: [], message: `line ${line} ${what}` }));

  const hidden = hide(source.replace(/\r\n?/g, '\n'), add);
  if (found.length > 0) return { faults: faults() };
  const page = createPage(hidden.html, add);
  const form = hidden.tags.filter((tag) => tag.kind === 'form');
  if (form.length !== 1) {
    return { faults: [...faults(), { path: [], message: `must have ${FORM} once: it has the buttons` }] };
  }
  for (const tag of hidden.tags) placeFault(tag, hidden.tags, page.places, add);
  if (found.length > 0) return { faults: faults() };
  return {
    title: page.title === null ? null : show(serialize(page.title), hidden.tags),
    head: page.metas.map((meta) => show(serializeOuter(meta), hidden.tags)).join('\n'),
    attributes: show(attributesOf(page.body), hidden.tags),
    body: show(serialize(page.body), hidden.tags),
    css: page.css.join('\n'),
    hasMain: page.hasMain,
  };
}

/** Where a tag stands: in a text, or in an attribute. */
interface Place {
  readonly element: Element | null;
  readonly attribute: string | null;
}

function createPage(html: string, add: Add) {
  const places = new Map<number, Place>();
  const css: string[] = [];
  const metas: Element[] = [];
  let title: Element | null = null;
  let hasMain = false;
  const note = (text: string, place: Place) => {
    for (const [, index] of text.matchAll(/\uE000(\d+)\uE001/g)) places.set(Number(index), place);
  };
  const lineOf = (node: Node) => node.sourceCodeLocation?.startLine ?? 1;

  function walkElement(element: Element, depth: number): boolean {
    const line = lineOf(element);
    const { tagName, namespaceURI, attrs, sourceCodeLocation } = element;
    if (depth > DEEPEST) add(line, 'has too many elements in each other');
    const refused = elementFault(tagName, namespaceURI);
    if (refused) add(line, refused);
    if (refused || depth > DEEPEST) return false;
    const located = sourceCodeLocation?.attrs ?? {};
    for (const { name, value } of attrs) {
      const at = located[name];
      const raw = at ? html.slice(at.startOffset, at.endOffset) : '';
      const what = attributeFault(element, name, value, raw);
      if (what) add(at?.startLine ?? line, what);
      note(value, { element, attribute: name });
    }
    if (tagName === 'main') hasMain = true;
    if (tagName === 'meta' && attrs.some(({ value }) => OWN_METAS.has(value.toLowerCase()))) metas.push(element);
    if (tagName === 'title') title = element;
    if (tagName === 'style') {
      const text = element.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
      if (text.includes('\uE000')) add(line, 'has a tag of Mustache in <style>');
      for (const { message } of cssFaults(text, { line })) {
        const [, at = '', what = ''] = /^line (\d+) (.*)$/s.exec(message) ?? [];
        add(Number(at), what);
      }
      css.push(text);
      return false;
    }
    for (const child of [...element.childNodes]) walk(child, element, depth + 1);
    return tagName !== 'meta' && tagName !== 'title';
  }

  function walk(node: Node, parent: Element | null, depth: number): void {
    if ('tagName' in node) {
      if (!walkElement(node, depth)) defaultTreeAdapter.detachNode(node);
    } else if (node.nodeName === '#text') {
      note((node as DefaultTreeAdapterMap['textNode']).value, { element: parent, attribute: null });
    } else if (node.nodeName === '#comment') {
      defaultTreeAdapter.detachNode(node as DefaultTreeAdapterMap['commentNode']);
    }
  }

  const document = parse(html, { sourceCodeLocationInfo: true });
  for (const child of [...document.childNodes]) walk(child, null, 0);
  const root = document.childNodes.find((node): node is Element => node.nodeName === 'html');
  const body = root?.childNodes.find((node): node is Element => node.nodeName === 'body');
  if (!body) add(1, 'must be a page of HTML with a body');
  return { places, css, metas, title, hasMain, body: body ?? defaultTreeAdapter.createElement('body', NAMESPACE, []) };
}

const NAMESPACE = 'http://www.w3.org/1999/xhtml' as Element['namespaceURI'];

/** A section may leave out whole elements, or a part of one attribute; else what is left could be something else. */
function placeFault(tag: Placed, all: readonly Placed[], places: ReadonlyMap<number, Place>, add: Add): void {
  const place = places.get(tag.index);
  if (tag.kind === 'form') {
    if (place?.attribute === null && AROUND_FORM.has(place.element?.tagName ?? '')) return;
    add(tag.line, `has ${FORM} in a place other than body, main, section and div`);
  }
  if (place?.attribute === 'src' && tag.text !== '{{logo}}') add(tag.line, 'has an image other than "{{logo}}"');
  if (tag.kind !== 'open') return;
  const end = places.get(all.find(({ kind, open }) => kind === 'close' && open === tag.index)?.index ?? -1);
  if (place && end && place.element === end.element && place.attribute === end.attribute) return;
  add(tag.line, `has {{${tag.text.slice(2, -2).trim()}}} that begins in one element or attribute and ends in another`);
}

function attributesOf({ attrs }: Element): string {
  const holder = defaultTreeAdapter.createElement('body', NAMESPACE, [...attrs]);
  return serializeOuter(holder).slice('<body'.length, -'></body>'.length);
}

/** What is wrong with a template, each with its line. */
export function templateFaults(source: string): readonly ThemeFault[] {
  const read = readTemplate(source);
  return 'faults' in read ? read.faults : [];
}
