/**
 * Compares the list of packages in an image with what is installed: `node scripts/check-sbom.ts FOLDER`. Every package
 * must be listed with its version and a hash, and nothing else.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { installedPackages, readSbom, sbomFaults } from './sbom.ts';

const folder = resolve(process.argv[2] ?? '.');
const listed = readSbom(readFileSync(`${folder}/sbom.cdx.json`, 'utf8'));
const faults = sbomFaults(listed, installedPackages(folder));
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`sbom.cdx.json lists the ${listed.length} packages of the image, each with a hash`);
