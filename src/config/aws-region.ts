import type { ConfigFault } from './config-error.ts';

/** What tells the AWS SDK the region. */
const SOURCES = ['AWS_REGION', 'AWS_PROFILE', 'AWS_CONFIG_FILE'];

/** The fault of a service of AWS that is set up without a region. @param variable what sets it up */
export function regionFaults(variable: string, env: NodeJS.ProcessEnv): readonly ConfigFault[] {
  if (SOURCES.some((name) => env[name])) return [];
  return [
    { where: 'AWS_REGION', message: `is required with ${variable}, unless AWS_PROFILE or AWS_CONFIG_FILE is set` },
  ];
}
