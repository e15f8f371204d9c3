/** What API Gateway gets from an authorizer of a REST API. */
export interface Policy {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly {
      readonly Action: 'execute-api:Invoke';
      readonly Effect: 'Allow' | 'Deny';
      readonly Resource: string;
    }[];
  };
}

/**
 * A policy for the whole API, so that API Gateway may cache it for all methods.
 *
 * @param sub the visitor; null denies
 * @param arn `arn:aws:execute-api:region:account:api/stage/method/path`
 */
export function policyFor(sub: string | null, arn: string): Policy {
  const [api = ''] = arn.split('/', 1);
  const statement = {
    Action: 'execute-api:Invoke',
    Effect: sub === null ? 'Deny' : 'Allow',
    Resource: `${api}/*/*/*`,
  } as const;
  return { principalId: sub ?? 'denied', policyDocument: { Version: '2012-10-17', Statement: [statement] } };
}

export const UNAUTHORIZED = { statusCode: 401, body: JSON.stringify({ message: 'Unauthorized' }) } as const;
