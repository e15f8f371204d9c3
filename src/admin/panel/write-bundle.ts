/** Writes the bundle of the control panel. The image is made with it: it has neither the sources nor esbuild. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLED, bundlePanel } from './bundle.ts';

const folder = join(import.meta.dirname, '../../../panel');
const { script, style } = await bundlePanel(folder);
mkdirSync(join(folder, BUNDLED), { recursive: true });
writeFileSync(join(folder, BUNDLED, 'panel.js'), script.bytes);
writeFileSync(join(folder, BUNDLED, 'panel.css'), style.bytes);
