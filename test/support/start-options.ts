/** The options that `npm start` gives to Node. */
import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const [, options = ''] = /exec node (.*)src\/main\.ts$/.exec(scripts.start) ?? [];

export const START_OPTIONS: readonly string[] = options.split(' ').filter((option) => option !== '');
