/**
 * Which URLs of a message may be requested. The region is that of the topic, which the operator named: a pattern for any
 * region would also match hosts that AWS gives to its customers, such as those of S3.
 */

const TOPIC = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]+):/;

/** Whether a URL leads to SNS in the region of a topic, or to AWS_ENDPOINT_URL_SNS. */
export function isOfSns(url: URL, topic: string, endpoint: string | null): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (isAtEndpoint(url, endpoint)) return true;
  const [, partition, region] = TOPIC.exec(topic) ?? [];
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return url.protocol === 'https:' && url.port === '' && url.hostname === `sns.${region}.${suffix}`;
}

export function isAtEndpoint(url: URL, endpoint: string | null): boolean {
  const allowed = endpoint === null ? null : new URL(endpoint);
  return allowed !== null && url.protocol === allowed.protocol && url.host === allowed.host;
}
