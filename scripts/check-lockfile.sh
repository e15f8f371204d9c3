#!/usr/bin/env bash
# The lockfile says which packages, not where one machine got them from: it holds no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -nE '"resolved"|https?://[^"]*\.(tgz|tar\.gz)|localhost|127\.0\.0\.1' package-lock.json; then
  echo 'package-lock.json holds addresses; .npmrc has omit-lockfile-registry-resolved, run: npm install' >&2
  exit 1
fi
echo 'package-lock.json holds no addresses'
