/** What is wrong with a part of a theme. `${field} ${message}` is a sentence, as in settings. */
export interface ThemeFault {
  /** Within the part, such as `['dark', 'accent']`. */
  readonly path: readonly string[];
  readonly message: string;
}

/** The line of a place in a text, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
