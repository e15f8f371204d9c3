/** Why a target got no request. Its message is safe to log: it says nothing that the target or the URL says. */
export class TargetError extends Error {
  override readonly name: string = 'TargetError';
}

/** Completes a sentence that begins with the name of a setting. */
export const ACCEPTED_TARGETS =
  "must not lead to this machine, to a link-local address or to a cloud's metadata service, unless ALLOW_PRIVATE_TARGETS is set";

export class TargetRefused extends TargetError {
  override readonly name = 'TargetRefused';

  constructor() {
    super(`the target ${ACCEPTED_TARGETS}`);
  }
}

/** Keeps the code of a failure only. Its message may repeat what the target sent, and its fields too. */
export function targetUnreachable(error: unknown, signal: AbortSignal | undefined): TargetError {
  if (error instanceof TargetError) return error;
  if (signal?.aborted) return new TargetError('the target did not answer in time');
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return new TargetError(`the connection to the target failed (${code})`);
}
