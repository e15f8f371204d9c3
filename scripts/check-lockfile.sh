#!/usr/bin/env bash
# The lockfile pins every package by its hash and says nothing of the machine that wrote it. A package with an install
# script could fetch what the lockfile does not pin, so there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -nE '"resolved"|https?://[^"]*\.(tgz|tar\.gz)|localhost|127\.0\.0\.1' package-lock.json; then
  echo 'package-lock.json holds addresses; .npmrc has omit-lockfile-registry-resolved, run: npm install' >&2
  exit 1
fi
if grep -n '"hasInstallScript"' package-lock.json; then
  echo 'package-lock.json holds a package with an install script' >&2
  exit 1
fi
unpinned=$(node -p 'Object.entries(JSON.parse(require("fs").readFileSync("package-lock.json")).packages)
  .filter(([path, { integrity }]) => path && !integrity).map(([path]) => path).join(" ")')
if [ -n "$unpinned" ]; then
  echo "package-lock.json pins no hash of $unpinned" >&2
  exit 1
fi
echo 'package-lock.json holds a hash of every package, no install script and no addresses'
