/** How far to raise the serving counter: over so many numbers, over so many present visitors, or as many as fit. */
export type Raise =
  | { readonly numbers: number }
  /** With `credits`, at most so many places stand open for newcomers when the line is shorter than that. */
  | { readonly people: number; readonly credits?: number | undefined };
