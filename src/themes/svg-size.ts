/**
 * How many elements a drawing is at most when it is shown. `<use>` shows its target again; a pattern, mask, clip path or
 * marker is drawn again for what refers to it, so a few lines in each other may be a thousand million shapes.
 */

export interface SvgSize {
  /** @param targets the ids that its `href` and `xlink:href` refer to. */
  open(name: string, ids: readonly string[], targets: readonly string[]): void;
  close(): void;
  /** Notes each `url(#…)` of an attribute or style. */
  refer(text: string): void;
  /** `Infinity` for a drawing that contains itself. */
  shown(): number;
}

interface Node {
  readonly isPaint: boolean;
  readonly targets: readonly string[];
  readonly inner: Node[];
}

const REFERENCE = /url\(\s*["']?#([\w.:-]+)/gi;

/** Elements that show no others, however often they are referred to. */
const PAINT: ReadonlySet<string> = new Set(['linearGradient', 'radialGradient', 'filter']);

export function createSvgSize(): SvgSize {
  const root: Node = { isPaint: false, targets: [], inner: [] };
  const path = [root];
  const byId = new Map<string, Node>();
  const referredTo = new Set<string>();
  /** Null while it is counted. */
  const counted = new Map<Node, number | null>();

  const shownOf = (ids: Iterable<string>) =>
    [...ids].flatMap((id) => byId.get(id) ?? []).filter(({ isPaint }) => !isPaint);

  function count(node: Node): number {
    const known = counted.get(node);
    if (known !== undefined) return known ?? Number.POSITIVE_INFINITY;
    counted.set(node, null);
    const made = [...node.inner, ...shownOf(node.targets)].reduce((sum, each) => sum + count(each), 1);
    counted.set(node, made);
    return made;
  }

  return {
    open(name, ids, targets) {
      const node = { isPaint: PAINT.has(name), targets, inner: [] };
      path.at(-1)?.inner.push(node);
      path.push(node);
      for (const id of ids) if (!byId.has(id)) byId.set(id, node);
    },
    close() {
      path.pop();
    },
    refer(text) {
      for (const [, id = ''] of text.matchAll(REFERENCE)) referredTo.add(id);
    },
    shown() {
      // Properties are inherited and styles match anywhere, so any of these may be within any other, each once: what
      // contains itself is not drawn.
      return shownOf(referredTo).reduce((product, node) => product * (1 + count(node)), count(root));
    },
  };
}
