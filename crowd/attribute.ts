/** The first group of the pattern in a page, with its entities decoded; null if the page lacks it. */
export function attribute(html: string, pattern: RegExp): string | null {
  return pattern.exec(html)?.[1]?.replaceAll('&#34;', '"').replaceAll('&amp;', '&') ?? null;
}
