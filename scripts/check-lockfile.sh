#!/usr/bin/env bash
# Checks that the lockfile pins every package by its hash and contains no addresses of the machine that wrote it. A
# package with an install script could fetch what the lockfile does not pin, so npm runs none of them, and esbuild alone
# may have one: it works without, by the package of its platform.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -nE '"resolved"|https?://[^"]*\.(tgz|tar\.gz)|localhost|127\.0\.0\.1' package-lock.json; then
  echo 'package-lock.json contains addresses; run npm install, .npmrc has omit-lockfile-registry-resolved' >&2
  exit 1
fi
if ! grep -qx 'ignore-scripts=true' .npmrc; then
  echo '.npmrc must have ignore-scripts=true' >&2
  exit 1
fi
scripted=$(node -p 'Object.entries(JSON.parse(require("fs").readFileSync("package-lock.json")).packages)
  .filter(([path, { hasInstallScript }]) => hasInstallScript && path !== "node_modules/esbuild").map(([path]) => path).join(" ")')
if [ -n "$scripted" ]; then
  echo "package-lock.json contains packages with an install script: $scripted" >&2
  exit 1
fi
unpinned=$(node -p 'Object.entries(JSON.parse(require("fs").readFileSync("package-lock.json")).packages)
  .filter(([path, { integrity }]) => path && !integrity).map(([path]) => path).join(" ")')
if [ -n "$unpinned" ]; then
  echo "package-lock.json has no hash of $unpinned" >&2
  exit 1
fi
echo 'package-lock.json has a hash of every package, no other install script and no addresses'
