/**
 * The rules of a room: what happens with requests that need no place in line, or get none. The first rule that matches
 * decides. Here is the decision alone: a door describes the request.
 */
import type { EntryAction } from './decide-entry.ts';
import { isInNetwork } from './network.ts';
import { matchesPattern } from './pattern.ts';
import type { SearchEngine } from './search-engines.ts';

/**
 * What a rule matches: a request that meets every one of these conditions. A list is met by one of its entries. Texts
 * are patterns, in which `*` stands for any characters.
 */
export interface RuleMatch {
  /** The decoded path, without the query. */
  readonly path?: readonly string[] | undefined;
  /** In lower case; with a port only where the request's host has one that is not the scheme's own. */
  readonly host?: readonly string[] | undefined;
  readonly method?: readonly string[] | undefined;
  /** By name; all of them. */
  readonly header?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly cookie?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Addresses and networks in CIDR notation. */
  readonly address?: readonly string[] | undefined;
  /** Two-letter codes by the header that a proxy sets. */
  readonly country_header?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Without regard to case. */
  readonly user_agent?: readonly string[] | undefined;
  /** Crawlers whose address belongs to the search engine. */
  readonly search_engine?: readonly SearchEngine[] | undefined;
  /** Agents that signed the request (`agents.ts`). */
  readonly agent?: readonly string[] | undefined;
}

export interface Rule {
  readonly match: RuleMatch;
  readonly action: EntryAction;
}

export type MatchField = keyof RuleMatch;

/** A request as the rules see it. */
export interface RuleRequest {
  /** Null for a request to no page, as a call of the tickets API. */
  readonly path: string | null;
  /** Whether every server reads the path alike. Of others, a rule that lets requests through by their path matches none. */
  readonly isPlainPath: boolean;
  readonly host: string | null;
  readonly method: string;
  /** By name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly cookie: (name: string) => string | undefined;
  readonly address: string;
  /** The search engine that the sender says to be of, and is. */
  readonly searchEngine: SearchEngine | null;
  /** The agents of the rules that signed the request. */
  readonly agents: readonly string[];
}

/** The first rule that matches, or null. */
export function ruleFor<R extends Rule>(rules: readonly R[], request: RuleRequest): R | null {
  return rules.find((rule) => mismatch(rule, request) === null) ?? null;
}

/** The first condition that a request does not meet; null if the rule matches. */
export function mismatch({ match, action }: Rule, request: RuleRequest): MatchField | null {
  for (const field of CONDITIONS) if (match[field] !== undefined && !meets[field](match, request, action)) return field;
  return null;
}

type Meets = (match: RuleMatch, request: RuleRequest, action: EntryAction) => boolean;

const some = (patterns: readonly string[] = [], value: string | null | undefined): boolean =>
  value != null && patterns.some((pattern) => matchesPattern(pattern, value));

const all = (
  named: Readonly<Record<string, readonly string[]>> = {},
  read: (name: string) => string | undefined,
): boolean => Object.entries(named).every(([name, patterns]) => some(patterns, read(name)));

/** Cheap conditions first. */
const meets: Readonly<Record<MatchField, Meets>> = {
  method: ({ method = [] }, request) => method.includes(request.method),
  path: ({ path }, request, action) => some(path, request.path) && (action !== 'bypass' || request.isPlainPath),
  host: ({ host }, request) => some(host, request.host),
  user_agent: ({ user_agent = [] }, { header }) =>
    some(
      user_agent.map((pattern) => pattern.toLowerCase()),
      header('user-agent')?.toLowerCase() ?? '',
    ),
  header: ({ header }, request) => all(header, (name) => request.header(name.toLowerCase())),
  cookie: ({ cookie }, request) => all(cookie, request.cookie),
  country_header: ({ country_header = {} }, { header }) =>
    Object.entries(country_header).every(([name, countries]) =>
      countries.includes(header(name.toLowerCase())?.toUpperCase() ?? ''),
    ),
  address: ({ address = [] }, request) => address.some((network) => isInNetwork(request.address, network)),
  search_engine: ({ search_engine = [] }, { searchEngine }) =>
    searchEngine !== null && search_engine.includes(searchEngine),
  agent: ({ agent = [] }, { agents }) => agent.some((each) => agents.includes(each)),
};

export const CONDITIONS = Object.keys(meets) as readonly MatchField[];
