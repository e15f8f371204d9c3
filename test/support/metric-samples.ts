/**
 * The samples of the metrics with this name, or with a name that matches: whole lines of the exposition format, sorted.
 * A test that searches the text for `name 1` would also accept 10, and would not notice a sample too many.
 */
export function samplesOf(text: string, name: string | RegExp): string[] {
  const isAsked = (sample: string) => (typeof name === 'string' ? sample === name : name.test(sample));
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && isAsked(line.split(/[{ ]/, 1)[0] ?? ''))
    .sort();
}
