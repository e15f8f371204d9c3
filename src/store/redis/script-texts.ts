/** The Lua that Redis gets for a script: the script with what it needs of the libs, so that Redis has little to do at each call. */
import { readFileSync } from 'node:fs';
import { enclosed } from './enclosed.ts';
import { calledOnceIn, withNestedFunctions } from './nested-functions.ts';
import { withUsedFields } from './used-fields.ts';
import { withUsedFunctions } from './used-functions.ts';

interface Parts {
  readonly name: string;
  readonly variant?: string;
  readonly libs: readonly string[];
}

export interface ScriptTexts {
  of(script: Parts): string;
}

/** Composes each text when it is asked for first, since that takes some milliseconds, and few processes need all of them. */
export function createScriptTexts(): ScriptTexts {
  const texts = new Map<string, string>();
  return {
    of(script) {
      const name = commandName(script);
      const known = texts.get(name);
      if (known !== undefined) return known;
      const text = composed(script.libs.map((lib) => read(`lib/${lib}`)).join('\n'), read(script.name));
      texts.set(name, text);
      return text;
    },
  };
}

export function composed(libs: string, script: string): string {
  const whole = withUsedFields(withUsedFunctions(libs, script));
  return enclosed(withNestedFunctions(whole, calledOnceIn(`${libs}\n${script}`)));
}

/** Apart from the names of Redis's own commands. */
export const commandName = ({ name, variant = '' }: Pick<Parts, 'name' | 'variant'>) => `anteroom_${name}${variant}`;

const read = (file: string) => readFileSync(new URL(`./scripts/${file}.lua`, import.meta.url), 'utf8');
