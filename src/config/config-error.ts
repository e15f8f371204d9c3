/** One thing that is wrong with the configuration: `${where} ${message}` is a sentence. Never holds a secret. */
export interface ConfigFault {
  /** A variable of the environment, or a place in the file: `anteroom.yaml:12 rooms[0].mode`. */
  readonly where: string;
  readonly message: string;
}

/** The configuration cannot be used; says everything that is wrong with it. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    const lines = faults.map(({ where, message }) => `  ${where} ${message}`);
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The configuration has ${count}:\n${lines.join('\n')}`, options);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
