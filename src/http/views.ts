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

/**
 * EJS templates, each read and compiled once for each set of names that it is given, when that is first used. What is
 * given are variables of the template's function: inside a `with`, as EJS has it otherwise, V8 optimizes nothing.
 */
export function createViews({ folder, shared = {} }: ViewsOptions): Views {
  const compiled = new Map<string, TemplateFunction>();

  function template(name: string, given: readonly string[]): TemplateFunction {
    const key = `${name} ${given}`;
    const known = compiled.get(key);
    if (known) return known;
    const filename = join(folder, `${name}.ejs`);
    const options = { filename, rmWhitespace: true, _with: false, destructuredLocals: [...given] };
    const made = ejs.compile(readFileSync(filename, 'utf8'), options);
    compiled.set(key, made);
    return made;
  }

  function render(name: string, data: ViewData = {}): string {
    const locals = { ...shared, ...data };
    return template(name, Object.keys(locals))(locals);
  }

  return {
    render,
    page: (name, data = {}) => render('layout', { ...data, content: render(name, data) }),
  };
}
