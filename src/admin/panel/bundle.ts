import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the control panel as browsers get it. Its name contains the hash of its content. */
export interface PanelFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface PanelFiles {
  readonly script: PanelFile;
  readonly style: PanelFile;
}

/** Where `write-bundle.ts` puts the bundle, below the folder of the sources. The image has only this. */
export const BUNDLED = 'bundled';

/** Bundles the sources with esbuild, a dependency of development alone. Takes a few tenths of a second. */
export async function bundlePanel(folder: string): Promise<PanelFiles> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { panel: join(folder, 'main.tsx') },
    outdir: folder,
    bundle: true,
    write: false,
    format: 'esm',
    target: ['safari17.5', 'chrome123', 'firefox120'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Configurations to copy. A Caddyfile has no extension.
    loader: { '.conf': 'text', '.cfg': 'text', '.lua': 'text', '.yaml': 'text', '': 'text' },
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const textOf = (extension: string) => {
    const file = outputFiles.find(({ path }) => path.endsWith(extension));
    if (!file) throw new Error(`esbuild made no ${extension} file`);
    return Buffer.from(file.contents);
  };
  return filesOf(textOf('.js'), textOf('.css'));
}

export function filesOf(script: Buffer, style: Buffer): PanelFiles {
  return {
    script: fileOf('js', 'text/javascript; charset=utf-8', script),
    style: fileOf('css', 'text/css; charset=utf-8', style),
  };
}

function fileOf(extension: string, type: string, bytes: Buffer): PanelFile {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { name: `panel.${hash}.${extension}`, type, bytes };
}

/** Changes whenever a source does. */
export function versionOf(folder: string): string {
  const paths = globSync('**/*.{ts,tsx,css,json}', { cwd: folder }).sort();
  return paths.map((path) => `${path} ${statSync(join(folder, path)).mtimeMs}`).join('\n');
}

/** The files that were bundled when the image was made. Null: there are none. */
export function readBundled(folder: string): PanelFiles | null {
  try {
    const read = (name: string) => readFileSync(join(folder, BUNDLED, name));
    return filesOf(read('panel.js'), read('panel.css'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
