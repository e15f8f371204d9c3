import type { Command } from 'ioredis';
import { Redis } from 'ioredis';

/** So many commands are sent in one write; then answers are read. The driver gives up a connection that is silent. */
const MOST = 256;

/**
 * A connection that sends the commands of one turn of the event loop in one write. The driver's own pipelining waits for
 * the answers to one pipeline before it sends the next, so Redis and this process would take turns.
 */
export class BatchingRedis extends Redis {
  #waiting: Command[] = [];

  override sendCommand(...[command, stream]: [Command, Parameters<Redis['sendCommand']>[1]?]): unknown {
    // A transaction is written as it is, and so is what sets the connection up.
    if (stream || this.status !== 'ready') return super.sendCommand(command, stream);
    if (this.#waiting.push(command) === 1) setImmediate(() => this.#send());
    return command.promise;
  }

  #send(): void {
    const batch = this.#waiting.splice(0, MOST);
    const { stream } = this;
    stream.cork();
    // A command that can't be sent is rejected.
    for (const command of batch) super.sendCommand(command);
    stream.uncork();
    if (this.#waiting.length > 0) setImmediate(() => this.#send());
  }
}
