#!/usr/bin/env bash
# Usage: scripts/check-commits.sh [BASE]
#
# Checks the commits after BASE: each has a Conventional Commits subject of at most 72 characters, and none is a merge.
# Needs no remote. In a shallow clone that ends before BASE it checks the commits that are there.
set -euo pipefail
# Lengths count characters, not bytes.
export LC_ALL=C.UTF-8

# Earlier subjects are longer, and earlier working branches were merged.
base=${1:-4a05fb4511c3b302ac12cb272af35b98c5c6ab00}
longest=72
subject_pattern='^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([a-z0-9./-]+\))?!?: [^ ].*$'

if ! git rev-parse --git-dir >/dev/null 2>&1; then
  echo 'commits: not checked, this is no git repository'
  exit 0
fi
if git merge-base --is-ancestor "$base" HEAD 2>/dev/null; then
  range=("$base..HEAD")
elif [ "$(git rev-parse --is-shallow-repository)" = true ]; then
  range=(HEAD)
else
  echo "commits: not checked, $base is not in this history"
  exit 0
fi

faults=0
fault() {
  echo "  $1" >&2
  faults=$((faults + 1))
}

checked=0
while read -r id subject; do
  checked=$((checked + 1))
  [ "${#subject}" -le "$longest" ] || fault "$id has a subject of ${#subject} characters, $longest are allowed: $subject"
  [[ $subject =~ $subject_pattern ]] || fault "$id is not a Conventional Commit: $subject"
done < <(git log --format='%h %s' "${range[@]}")
while read -r id; do
  fault "$id is a merge commit; rebase the branch instead"
done < <(git log --merges --format=%h "${range[@]}")

if [ "$faults" -gt 0 ]; then
  echo "commits: $faults faults in $checked commits; CONTRIBUTING.md has the rules" >&2
  exit 1
fi
echo "commits: $checked checked"
