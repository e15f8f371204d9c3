/** How an authorization request is spelled in the waiting page's address, and read back however it was respelled. */

/** Parameters of the address that follow those of the request. */
export const MARKS = {
  /** Stands for the visitor who made the request. */
  owner: 'anteroom_owner',
  /** The names of the request's parameters, in order: any other parameter was added on the way. */
  names: 'anteroom_names',
} as const;

/** Separates names. Form encoding leaves it as it is. */
const SEPARATOR = '*';
const LISTABLE = /^[\w.-]+$/;
/** Characters. A request with longer names in all is read as it was written, or not at all. */
const LONGEST_NAMES = 1000;
const MARKED = new RegExp(`^(.*?)(?:&${MARKS.owner}=([\\w-]{22}))?(?:&${MARKS.names}=[\\w.*-]+)?$`, 's');

export interface MarkedRequest {
  readonly query: string;
  readonly owner: string | null;
}

/** Writes a query with its decoded values in one spelling, grouped by name, without the parameters in `own`. */
export function spell(query: string, own: ReadonlySet<string>, owner: string | null): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (own.has(name) || name === MARKS.owner || name === MARKS.names) continue;
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  const marks = owner === null ? '' : `&${MARKS.owner}=${owner}`;
  const names = [...values.keys()];
  const list = names.join(SEPARATOR);
  const isListed = list.length <= LONGEST_NAMES && names.every((name) => LISTABLE.test(name));
  return write(values) + marks + (isListed ? `&${MARKS.names}=${list}` : '');
}

/** The same spelling from the parameters of an address. A repeated parameter shows, so the stamp does not match. */
export function respell(params: URLSearchParams): string {
  const list = params.getAll(MARKS.names).join();
  const values = new Map(list.split(SEPARATOR).map((name) => [name, params.getAll(name)]));
  const owner = params.has(MARKS.owner) ? `&${MARKS.owner}=${params.getAll(MARKS.owner).join()}` : '';
  return `${write(values)}${owner}&${MARKS.names}=${list}`;
}

/** The request without its marks. */
export function readMarks(request: string): MarkedRequest {
  const [, query = request, owner = null] = MARKED.exec(request) ?? [];
  return { query, owner };
}

function write(values: ReadonlyMap<string, readonly string[]>): string {
  return new URLSearchParams(
    [...values].flatMap(([name, all]) => all.map((value): [string, string] => [name, value])),
  ).toString();
}
