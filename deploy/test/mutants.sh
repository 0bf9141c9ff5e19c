#!/usr/bin/env bash
# Takes rules out of the code, one at a time and in a copy of the last commit, and wants the tests that guard them to
# fail. Ends with 1 when one stays green, or when they fail with every rule in place. Needs what
# `deploy/local-cluster/cluster.sh install-tools` leaves; half an hour.
#
#   deploy/test/mutants.sh --check    only whether each rule is still found in the code as it lies here; builds nothing
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
check=false
if [ "${1:-}" = --check ]; then check=true; fi
green=0 stale=0

if ! $check; then
  copy=$(mktemp -d)/copy
  trap 'git -C "$root" worktree remove --force "$copy"; rm -rf "$(dirname "$copy")"' EXIT
  git -C "$root" worktree add --quiet --detach "$copy" HEAD
fi

# mutant WHAT FILE SED-EXPRESSION MODULE TEST
mutant() {
  if $check; then found "$@"; else tested "$@"; fi
}

# All are looked at: an edit that moves one rule may well move another.
found() {
  local before after
  before=$(cat "$root/$2")
  after=$(sed "$3" "$root/$2")
  if [ "$before" = "$after" ]; then
    echo "mutants: $1: nothing changes in $2"
    stale=1
  fi
}

tested() {
  local log
  log=$(dirname "$copy")/log
  git -C "$copy" checkout --quiet .
  sed -i "$3" "$copy/$2"
  if git -C "$copy" diff --quiet; then echo "mutants: $1: nothing changes in $2" && exit 1; fi
  if tests "$4" "$5" >"$log" 2>&1; then
    echo "mutants: GREEN without $1: $5"
    green=1
  elif grep -q "COMPILATION ERROR" "$log" || ! grep -q "Tests run:.*\(Failures\|Errors\): [1-9]" "$log"; then
    tail -30 "$log"
    echo "mutants: $1: no test was run"
    exit 1
  else
    echo "mutants: red without $1: $(grep -c "^\[ERROR\] .*\(<<< FAILURE\|<<< ERROR\)" "$log") of $5"
    grep "^\[ERROR\]   [A-Za-z]*\(IT\|Test\)[.:]" "$log" | cut -c 1-200 || true
  fi
}

# tests MODULE TEST: those tests as the copy is now. With a rule gone, runs that never end are waited for in vain.
tests() {
  (cd "$copy" && mvn -B -ntp -Pcluster -Dspotless.check.skip=true -pl "$1" -am test -Dtest="$2" -Dawait.limit=45 \
    -Dsurefire.failIfNoSpecifiedTests=false)
}

# What would be red anyway proves nothing.
control() {
  local log
  log=$(dirname "$copy")/log
  if tests "$1" "$2" >"$log" 2>&1; then
    echo "mutants: green with every rule in place: $2"
  else
    tail -30 "$log"
    echo "mutants: red with every rule in place: $2"
    exit 1
  fi
}

operator=operator/src/main/java/dev/modelcompression/operator
cli=pipeline-steps/cli/src/main/java/dev/modelcompression/cli

if ! $check; then
  control operator StaleCacheIT
  control pipeline-steps/cli 'StepInputsTest,PodCommandsTest,FolderPublicationTest,S3IT'
fi
mutant "names of Jobs that are always the same" $operator/job/JobNames.java \
  's/"sha256:".length() + HASH),/"sha256:".length() + HASH) + System.nanoTime() % 1000,/' operator StaleCacheIT
mutant "Jobs that are only created" $operator/Cluster.java \
  's/jobs().resource(job).create()/jobs().resource(job).createOr(existing -> existing.update())/' operator StaleCacheIT
mutant "the digest of what a step reads" $cli/step/StepInputs.java \
  's/if (!found.equals(expected))/if (found.equals(path.toString()))/' pipeline-steps/cli 'StepInputsTest,S3IT'
mutant "the digest that a spec declares" $cli/InputsCommand.java \
  's/&& !file.digest().equals(found.digest())/\&\& file.digest().equals(found.uri())/' pipeline-steps/cli 'PodCommandsTest,S3IT'
mutant "the digest of what is found in the workspace" $cli/store/FolderPublication.java \
  's/&& Digests.of(file).equals(output.digest())/\&\& !Digests.of(file).equals(output.uri())/' pipeline-steps/cli FolderPublicationTest
if $check && [ $stale = 0 ]; then echo "mutants: every rule is found"; fi
exit $((green | stale))
