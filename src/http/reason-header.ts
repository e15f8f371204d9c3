/** The header of a request that says why the operator does it. */
export const REASON_HEADER = 'X-Anteroom-Reason';

/** The most characters that a reason has. */
export const REASON_LENGTH = 200;
