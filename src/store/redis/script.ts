import type { RedisClient } from './client.ts';
import { commandName, type ScriptTexts } from './script-texts.ts';
import { answered } from './unavailable.ts';

export type Argument = string | number | Buffer;

/** What a script may reply. Texts come as bytes where the script is `binary`. */
export type Reply = string | number | null | Buffer | readonly Reply[];

/** One file of scripts/, with what it takes and what its reply means. */
export interface Script<Args extends readonly unknown[], Result> {
  /** The file, without `.lua`. */
  readonly name: string;
  /** Distinguishes scripts that are made from one file with different files of scripts/lib. */
  readonly variant?: string;
  /** Files of scripts/lib that it needs, in order. */
  readonly libs: readonly string[];
  /** How many keys it is given. */
  readonly keys: number | 'any';
  readonly binary?: boolean;
  args(...args: Args): readonly Argument[];
  parse(reply: Reply, ...args: Args): Result;
}

/** Runs a script by its hash, sending its text where Redis does not have it yet. */
export type Run = <Args extends readonly unknown[], Result>(
  script: Script<Args, Result>,
  keys: readonly string[],
  ...args: Args
) => Promise<Result>;

type Command = (keys: readonly string[], args: readonly Argument[]) => Promise<Reply>;

export function createRun(client: RedisClient, texts: ScriptTexts): Run {
  // The driver adds its methods at run time, where the compiler does not see them.
  const commands = client as unknown as Record<string, Command | undefined>;

  function commandOf(script: Pick<Script<[], unknown>, 'name' | 'variant' | 'libs' | 'keys' | 'binary'>): Command {
    const { keys, binary } = script;
    const method = commandName(script) + (binary ? 'Buffer' : '');
    const known = commands[method];
    if (known) return known;
    const lua = texts.of(script);
    client.defineCommand(commandName(script), keys === 'any' ? { lua } : { lua, numberOfKeys: keys });
    return commands[method] as Command;
  }

  return async (script, keys, ...args) => {
    const command = commandOf(script);
    // Their number comes first where it is not known beforehand.
    const named = script.keys === 'any' ? [`${keys.length}`, ...keys] : keys;
    return script.parse(await answered(command.call(client, named, script.args(...args))), ...args);
  };
}
