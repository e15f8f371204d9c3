/** The packages of an image: those that its list names (CycloneDX), and those that are installed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package, as `name@version`. */
type PackageId = string;

export interface ListedPackage {
  readonly id: PackageId;
  readonly hasHash: boolean;
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly content: string }[];
}

export function readSbom(text: string): readonly ListedPackage[] {
  const { bomFormat, components } = JSON.parse(text) as {
    bomFormat?: string;
    components: readonly Component[];
  };
  if (bomFormat !== 'CycloneDX') throw new Error('the list is not in the format CycloneDX');
  return components.map(({ name, version, hashes = [] }) => ({
    id: `${name}@${version}`,
    hasHash: hashes.some(({ content }) => content !== ''),
  }));
}

const MANIFEST = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;

/** What node_modules of a folder has, at any depth. */
export function installedPackages(folder: string): ReadonlySet<PackageId> {
  const paths = readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' });
  const manifests = paths.map((path) => join('node_modules', path)).filter((path) => MANIFEST.test(path));
  return new Set(
    manifests.flatMap((path) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as Partial<Component>;
      return name && version ? [`${name}@${version}`] : [];
    }),
  );
}

/** What is wrong with a list, in sentences. */
export function sbomFaults(listed: readonly ListedPackage[], installed: ReadonlySet<PackageId>): readonly string[] {
  const ids = new Set(listed.map(({ id }) => id));
  return [
    ...[...installed].filter((id) => !ids.has(id)).map((id) => `${id} is installed and not listed`),
    ...[...ids].filter((id) => !installed.has(id)).map((id) => `${id} is listed and not installed`),
    ...listed.filter(({ hasHash }) => !hasHash).map(({ id }) => `${id} has no hash`),
  ];
}
