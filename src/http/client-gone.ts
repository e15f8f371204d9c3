const CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Whether a request failed because its client closed the connection, which is nothing to log. */
export function isClientGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CODES.has(error.code);
}
