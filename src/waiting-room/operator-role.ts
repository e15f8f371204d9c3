/**
 * What an operator may do, from the least to the most. A viewer reads. An operator also raises the counter, pauses and
 * closes rooms, changes messages and reports exits. An owner also changes settings, relying parties and lines.
 */
export const OPERATOR_ROLES = ['viewer', 'operator', 'owner'] as const;

export type OperatorRole = (typeof OPERATOR_ROLES)[number];

/** Whether a role may do what needs another. */
export const includesRole = (role: OperatorRole, needed: OperatorRole): boolean =>
  OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(needed);
