/** The keys that a search finds in themselves or their texts; without a search those that are replaced. */
export function keysToShow(
  all: Readonly<Record<string, string>>,
  replaced: readonly string[],
  search: string,
  most: number,
): readonly string[] {
  const text = search.trim().toLowerCase();
  if (text === '') return [...new Set(replaced)];
  return Object.keys(all)
    .filter((key) => `${key} ${all[key]}`.toLowerCase().includes(text))
    .slice(0, most);
}
