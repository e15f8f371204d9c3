/**
 * Bundles each authorizer into one file without dependencies: `node deploy/aws/authorizer/build.ts [FOLDER]`. The same
 * sources make the same bytes, wherever they are built.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

const HERE = import.meta.dirname;

/** Writes `token.mjs` and `request.mjs`. Returns their paths. */
export async function buildAuthorizers(folder: string): Promise<string[]> {
  await build({
    absWorkingDir: join(HERE, '../../..'),
    entryPoints: ['token', 'request'].map((name) => ({ in: join(HERE, `${name}.ts`), out: name })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return ['token', 'request'].map((name) => join(folder, `${name}.mjs`));
}

if (import.meta.main) {
  const [folder = join(HERE, 'dist')] = process.argv.slice(2);
  for (const path of await buildAuthorizers(folder)) console.log(path);
}
