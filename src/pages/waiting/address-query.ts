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

/**
 * A query that has the spelling already, with names that can be listed: URLSearchParams leaves these characters as they
 * are and escapes the others, in upper case. Values outside ASCII are left to it.
 */
const SPELLED_PAIR = '[\\w.-]+=(?:[\\w*.+-]|%(?:2[1-9BCF]|3[A-F]|40|5[B-E]|60|7[B-E]))*';
const SPELLED = new RegExp(`^${SPELLED_PAIR}(?:&${SPELLED_PAIR})*$`);

export interface MarkedRequest {
  readonly query: string;
  readonly owner: string | null;
}

/** Writes a query with its decoded values in one spelling, grouped by name, without the parameters in `own`. */
export function spell(query: string, own: ReadonlySet<string>, owner: string | null): string {
  const marks = owner === null ? '' : `&${MARKS.owner}=${owner}`;
  const known = namesIfSpelled(query, own);
  if (known) return `${query}${marks}&${MARKS.names}=${known.join(SEPARATOR)}`;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (own.has(name) || name === MARKS.owner || name === MARKS.names) continue;
    const others = values.get(name);
    if (others) others.push(value);
    else values.set(name, [value]);
  }
  const names = [...values.keys()];
  const list = names.join(SEPARATOR);
  const isListed = list.length <= LONGEST_NAMES && names.every((name) => LISTABLE.test(name));
  return write(values) + marks + (isListed ? `&${MARKS.names}=${list}` : '');
}

/** The names in a query that nothing has to be done to, which is nearly every one; null for any other query. */
function namesIfSpelled(query: string, own: ReadonlySet<string>): readonly string[] | null {
  if (!SPELLED.test(query)) return null;
  const names = query.split('&').map((pair) => pair.slice(0, pair.indexOf('=')));
  const isOurs = (name: string) => own.has(name) || name === MARKS.owner || name === MARKS.names;
  if (new Set(names).size < names.length || names.some(isOurs)) return null;
  return names.join(SEPARATOR).length <= LONGEST_NAMES ? names : null;
}

/** The same spelling from the parameters of an address. A repeated parameter shows, so the stamp does not match. */
export function respell(params: URLSearchParams): string {
  const list = params.getAll(MARKS.names).join();
  const values = new Map(list.split(SEPARATOR).map((name) => [name, params.getAll(name)]));
  const owner = params.has(MARKS.owner) ? `&${MARKS.owner}=${params.getAll(MARKS.owner).join()}` : '';
  return `${write(values)}${owner}&${MARKS.names}=${list}`;
}

/** The request without its marks. Each poll reads an address: a regular expression over all of it would take longer. */
export function readMarks(request: string): MarkedRequest {
  const { rest } = lastParameter(request, MARKS.names);
  const { rest: query, value: owner } = lastParameter(rest, MARKS.owner);
  return { query, owner };
}

/** Takes a parameter off the end; null if another one is there. */
function lastParameter(query: string, name: string): { readonly rest: string; readonly value: string | null } {
  const at = query.lastIndexOf('&');
  if (at < 0 || !query.startsWith(`${name}=`, at + 1)) return { rest: query, value: null };
  return { rest: query.slice(0, at), value: query.slice(at + name.length + 2) };
}

function write(values: ReadonlyMap<string, readonly string[]>): string {
  return new URLSearchParams(
    [...values].flatMap(([name, all]) => all.map((value): [string, string] => [name, value])),
  ).toString();
}
