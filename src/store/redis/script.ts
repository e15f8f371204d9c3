import { readFileSync } from 'node:fs';
import type { RedisClient } from './client.ts';
import { enclosed } from './enclosed.ts';
import { calledOnceIn, withNestedFunctions } from './nested-functions.ts';
import { answered } from './unavailable.ts';
import { withUsedFields } from './used-fields.ts';
import { withUsedFunctions } from './used-functions.ts';

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

/**
 * The texts of scripts, by their commands' names. The files do not change under a process, which composes each once however
 * many stores it opens.
 */
const texts = new Map<string, string>();

function textOf({ libs, ...script }: Pick<Script<[], unknown>, 'name' | 'variant' | 'libs'>): string {
  const name = commandName(script);
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = composed(libs.map((lib) => read(`lib/${lib}`)).join('\n'), read(script.name));
  texts.set(name, text);
  return text;
}

type Command = (keys: readonly string[], args: readonly Argument[]) => Promise<Reply>;

/** Composes each script at its first call, since that takes some milliseconds, and few processes need all of them. */
export function createRun(client: RedisClient): Run {
  // The driver adds its methods at run time, where the compiler does not see them.
  const commands = client as unknown as Record<string, Command | undefined>;

  function commandOf(script: Pick<Script<[], unknown>, 'name' | 'variant' | 'libs' | 'keys' | 'binary'>): Command {
    const { keys, binary } = script;
    const method = commandName(script) + (binary ? 'Buffer' : '');
    const known = commands[method];
    if (known) return known;
    const lua = textOf(script);
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

/** The text that Redis gets: the script with what it needs of the libs, so that Redis has little to do at each call. */
export function composed(libs: string, script: string): string {
  const whole = withUsedFields(withUsedFunctions(libs, script));
  return enclosed(withNestedFunctions(whole, calledOnceIn(`${libs}\n${script}`)));
}

/** Apart from the names of Redis's own commands. */
const commandName = ({ name, variant = '' }: { readonly name: string; readonly variant?: string }) =>
  `anteroom_${name}${variant}`;

const read = (file: string) => readFileSync(new URL(`./scripts/${file}.lua`, import.meta.url), 'utf8');
