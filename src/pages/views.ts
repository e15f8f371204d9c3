import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateFunction } from 'ejs';
import ejs from 'ejs';

/** What a view is given. Views escape all of it with `<%= %>`. */
export type ViewData = Readonly<Record<string, unknown>>;

/** Renders a view of views/ to a whole page. */
export type Render = (view: string, data: Record<string, unknown>) => string;

export interface Views {
  /** The view alone. */
  render(name: string, data?: ViewData): string;
  /** The view inside `layout.ejs`, which gets the same data and the view's HTML as `content`. */
  page(name: string, data?: ViewData): string;
}

export interface ViewsOptions {
  /** The folder of `NAME.ejs`. */
  readonly folder: string;
  /** Given to every view, such as `asset`, which returns the URL of an asset. */
  readonly shared?: ViewData;
}

/**
 * EJS templates, each read and compiled at its first use, once for each set of names it is given. The names become
 * variables of the template's function: EJS would otherwise wrap it in `with`, which V8 does not optimize.
 */
export function createViews({ folder, shared = {} }: ViewsOptions): Views {
  const compiled = new Map<string, { given: readonly string[]; template: TemplateFunction }[]>();

  function compile(name: string, given: readonly string[]): TemplateFunction {
    const variants = compiled.get(name) ?? [];
    const known = variants.find((variant) => isEqual(variant.given, given));
    if (known) return known.template;
    const filename = join(folder, `${name}.ejs`);
    const options = { filename, rmWhitespace: true, _with: false, destructuredLocals: [...given] };
    const template = ejs.compile(readFileSync(filename, 'utf8'), options);
    compiled.set(name, [...variants, { given, template }]);
    return template;
  }

  function render(name: string, data: ViewData = {}): string {
    const locals = { ...shared, ...data };
    return compile(name, Object.keys(locals))(locals);
  }

  return {
    render,
    page: (name, data = {}) => render('layout', { ...data, content: render(name, data) }),
  };
}

function isEqual(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, at) => name === others[at]);
}
