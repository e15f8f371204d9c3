import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Document } from 'yaml';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { PlacedFault } from '#settings/faults.ts';
import { check } from '#settings/faults.ts';
import type { FileSettings } from '#settings/file.ts';
import { settingsFile } from '#settings/file.ts';
import type { ConfigFault } from './config-error.ts';
import { duplicateIds } from './duplicate-ids.ts';

export type ReadFile =
  | {
      readonly settings: FileSettings;
      readonly faults: readonly [];
      /** Places a fault that was found later at its line. */
      readonly place: (fault: PlacedFault) => ConfigFault;
    }
  | { readonly settings: null; readonly faults: readonly ConfigFault[] };

/** Reads the rooms and relying parties of a YAML file, or every fault in it, each with its line. */
export async function readSettingsFile(path: string): Promise<ReadFile> {
  const name = basename(path);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) {
    return failed([{ where: 'CONFIG', message: `must name a readable file: ${path} cannot be read (${bytes.code})` }]);
  }
  const source = decode(bytes);
  if (source === null) return failed([{ where: 'CONFIG', message: `must name a file in UTF-8: ${path} is not` }]);

  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, merge: true });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    return failed(
      wrong.map(({ pos, message }) => ({
        where: `${name}:${lines.linePos(pos[0]).line}`,
        message: `is not YAML: ${message}`,
      })),
    );
  }

  /** The line of a field, or of the closest part around it that exists. */
  function lineOf(path: readonly PropertyKey[]): number {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }

  const contents = plain(document);
  if (contents instanceof Error) return failed([{ where: name, message: `is not YAML: ${contents.message}` }]);
  const placeOf = (path: readonly PropertyKey[], field: string) =>
    `${name}:${lineOf(path)}${field === '' ? '' : ` ${field}`}`;
  const place = ({ field, path, message }: PlacedFault): ConfigFault => ({ where: placeOf(path, field), message });
  const checked = check(settingsFile, contents ?? {});
  // The schema finds duplicates only where nothing else is wrong, and knows no lines.
  const duplicates = duplicateIds(contents, lineOf);
  const others = checked.ok ? [] : checked.faults.filter(({ field }) => duplicates.every((one) => one.field !== field));
  const faults = [...others, ...duplicates];
  if (!checked.ok || faults.length > 0) {
    return failed(faults.map(place));
  }
  const { rooms, relying_parties, groups, settings } = checked.value;
  const places = relying_parties.map(({ client_id }, index): [string, string] => [
    client_id,
    placeOf(['relying_parties', index, 'room'], `relying_parties[${index}].room`),
  ]);
  const known = places.length > 0 ? { places: new Map(places) } : {};
  const fileWins = settings === 'file-wins' ? { fileWins: true } : {};
  return {
    settings: {
      rooms,
      relyingParties: relying_parties,
      ...(groups ? { groups } : {}),
      ...writtenIn(contents),
      ...known,
      ...fileWins,
    },
    faults: [],
    place,
  };
}

/** Nothing for an empty file. */
function writtenIn(contents: unknown): Pick<FileSettings, 'written'> {
  if (!contents) return {};
  const { rooms = [], relying_parties = [] } = contents as Partial<NonNullable<FileSettings['written']>>;
  return { written: { rooms, relying_parties } };
}

/** The text of a file, or null if it is not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The contents of the document, or an error if aliases are undefined or expand beyond the parser's limit. */
function plain(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return error;
  }
}

const failed = (faults: readonly ConfigFault[]): ReadFile => ({ settings: null, faults });
