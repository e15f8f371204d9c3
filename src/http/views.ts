import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateFunction } from 'ejs';
import ejs from 'ejs';

/** What a view is given; all of it is escaped where a view says `<%= %>`. */
export type ViewData = Readonly<Record<string, unknown>>;

export interface Views {
  /** The view as it is. */
  render(name: string, data?: ViewData): string;
  /** The view inside `layout.ejs`, which is given the same data and the view's HTML as `content`. */
  page(name: string, data?: ViewData): string;
}

export interface ViewsOptions {
  /** Where `NAME.ejs` are. */
  readonly folder: string;
  /** Given to every view, such as `asset` to make the address of an asset. */
  readonly shared?: ViewData;
}

/** EJS templates, each read and compiled once, when it is first used. */
export function createViews({ folder, shared = {} }: ViewsOptions): Views {
  const compiled = new Map<string, TemplateFunction>();

  function template(name: string): TemplateFunction {
    const known = compiled.get(name);
    if (known) return known;
    const filename = join(folder, `${name}.ejs`);
    const made = ejs.compile(readFileSync(filename, 'utf8'), { filename, cache: true, rmWhitespace: true });
    compiled.set(name, made);
    return made;
  }

  const render = (name: string, data: ViewData = {}) => template(name)({ ...shared, ...data });
  return {
    render,
    page: (name, data = {}) => render('layout', { ...data, content: render(name, data) }),
  };
}
