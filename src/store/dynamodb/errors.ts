import { StoreUnavailable } from '#waiting-room/errors.ts';

/** The table of DYNAMODB_TABLE cannot be used as it is. The message says why, for the operator. */
export class TableFault extends Error {
  constructor(table: string, faults: readonly string[]) {
    super(`The DynamoDB table ${table} (DYNAMODB_TABLE) cannot be used: ${faults.join('; ')}`);
    this.name = new.target.name;
  }
}

/** The same request may succeed in a moment. */
const TRANSIENT = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'InternalFailure',
  'ServiceUnavailable',
  'TransactionConflictException',
  'ReplicatedWriteConflictException',
  'TimeoutError',
  'LimitExceededException',
  'ResourceInUseException',
]);

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

/** Whether a request may be repeated: it was throttled, failed at the server, or got no answer. */
export function isTransient(error: unknown): boolean {
  if (TRANSIENT.has(nameOf(error))) return true;
  const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
  // Without a status there was no answer: the connection was refused, broke, or took too long.
  return status === undefined ? isOfNetwork(error) : status >= 500;
}

function isOfNetwork(error: unknown): boolean {
  return typeof (error as { readonly code?: unknown }).code === 'string' || nameOf(error) === 'AbortError';
}

/** Errors that only a defect of the service causes. */
const DEFECTS = new Set(['ValidationException', 'SerializationException']);

/** For the caller: that the store does not answer, or the defect as it is. */
export function refused(error: unknown): unknown {
  const isOurs = DEFECTS.has(nameOf(error)) || error instanceof TableFault || error instanceof StoreUnavailable;
  return isOurs ? error : new StoreUnavailable(bare(error));
}

/** Without the request, which has names and tokens of visitors. */
function bare(error: unknown): Error {
  const copy = new Error(`DynamoDB: ${error instanceof Error ? error.message || error.name : String(error)}`);
  copy.name = nameOf(error);
  return copy;
}
