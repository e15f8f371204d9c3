import type { OperatorRole } from '#waiting-room/operator-role.ts';
import { digestOf, isSameDigest } from './secrets.ts';

/** A bearer token, and the name that appears in the audit log for its actions. */
export interface OperatorToken {
  readonly name: string;
  readonly token: string;
  /** Default: owner. */
  readonly role?: OperatorRole;
}

/** Who sends a request, and what they may do. */
export interface Operator {
  readonly name: string;
  readonly role: OperatorRole;
}

/** The operator whose token it is; null for none. It neither limits nor reports guesses. */
export type FindOperator = (token: string) => Operator | null;

export function createFindOperator(tokens: readonly OperatorToken[]): FindOperator {
  const operators = tokens.map(({ name, token, role = 'owner' }) => ({ name, role, expected: digestOf(token) }));
  return (token) => {
    const given = digestOf(token);
    // Every token is compared, so that the time does not depend on which one matches.
    const [found] = operators.filter(({ expected }) => isSameDigest(given, expected));
    return found ? { name: found.name, role: found.role } : null;
  };
}
