/** Refuses imports that boundaries/allowed-imports.ts does not list; part of `npm run check`. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOWED_IMPORTS } from './boundaries/allowed-imports.ts';
import { boundaryFaults } from './boundaries/check.ts';

const root = join(import.meta.dirname, '..');
const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: Record<string, string> };
const paths = globSync(['src/**/*.ts', 'simulate/**/*.ts'], { cwd: root });
const files = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));

const faults = boundaryFaults({ files, allowed: ALLOWED_IMPORTS, aliases: imports });
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`Checked the imports of ${files.size} files against ${Object.keys(ALLOWED_IMPORTS).length} boundaries.`);
