/** One fault of the configuration. `${where} ${message}` is a sentence. Never contains a secret. */
export interface ConfigFault {
  /** An environment variable, or a place in the file: `anteroom.yaml:12 rooms[0].mode`. */
  readonly where: string;
  readonly message: string;
}

/** The configuration is invalid. The message lists every fault, one a line. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    const lines = faults.map(({ where, message }) => `  ${where} ${message}`);
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super(`The configuration has ${count}:\n${lines.join('\n')}`, options);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
