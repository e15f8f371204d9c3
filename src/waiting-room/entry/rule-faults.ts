/** Which rules can never match, because an earlier rule matches every request that they would. */
import { isInNetwork } from './network.ts';
import { coversPattern } from './pattern.ts';
import type { MatchField, Rule, RuleMatch } from './rules.ts';

type Covers = (wide: string, narrow: string) => boolean;

const same: Covers = (wide, narrow) => wide === narrow;

const COVERS: Readonly<Record<MatchField, Covers>> = {
  path: coversPattern,
  host: coversPattern,
  method: same,
  header: coversPattern,
  cookie: coversPattern,
  address: (wide, narrow) => isInNetwork(narrow, wide),
  country_header: same,
  user_agent: (wide, narrow) => coversPattern(wide.toLowerCase(), narrow.toLowerCase()),
  search_engine: same,
  agent: same,
};

/** The index of the first earlier rule that leaves nothing for the rule at `index`, or null. */
export function coveredBy(rules: readonly Rule[], index: number): number | null {
  const rule = rules[index];
  if (!rule) return null;
  const found = rules.slice(0, index).findIndex((earlier) => covers(earlier, rule));
  return found < 0 ? null : found;
}

function covers(wide: Rule, narrow: Rule): boolean {
  // A rule that lets requests through by their path leaves out those whose path servers may read differently.
  if (wide.action === 'bypass' && wide.match.path && narrow.action !== 'bypass') return false;
  return Object.entries(conditionsOf(wide.match)).every(([key, { field, values }]) => {
    const narrower = conditionsOf(narrow.match)[key];
    return narrower?.values.every((each) => values.some((value) => COVERS[field](value, each))) ?? false;
  });
}

/** Each condition under a name of its own: `path`, `header x-beta`. */
function conditionsOf(match: RuleMatch) {
  const all: Record<string, { readonly field: MatchField; readonly values: readonly string[] }> = {};
  for (const [field, value] of Object.entries(match) as [MatchField, RuleMatch[MatchField]][]) {
    if (value === undefined) continue;
    if (Array.isArray(value)) all[field] = { field, values: value };
    else for (const [name, values] of Object.entries(value)) all[`${field} ${nameOf(field, name)}`] = { field, values };
  }
  return all;
}

/** Names of headers have no case, names of cookies do. */
const nameOf = (field: MatchField, name: string) => (field === 'cookie' ? name : name.toLowerCase());
