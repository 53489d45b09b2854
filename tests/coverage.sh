#!/usr/bin/env bash
# What of src/scoring its tests run: unit tests, the property test (few histories), the JsonLogic tests, the fuzzers' corpora and the allocation failures, with gcc's counters.
# Prints a table of lines and of branches, and fails below the floors. tests/coverage.sh [--html FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh
lines_floor=95 branches_floor=90 html=''
if [[ ${1:-} == --html ]]; then html=${2:?--html needs a folder}; fi
need_packages "${packages_build[@]}" "${packages_test[@]}" gcovr npm=npm
[[ -d tests/node_modules/json-logic-js ]] || npm ci --prefix tests --no-audit --no-fund >/dev/null
mkdir -p .local
build=$PWD/.local/build-coverage
[[ -e $build/build.ninja ]] || CC=gcc meson setup "$build" --buildtype=debug -Db_coverage=true -Dwerror=false >"$build.log" 2>&1 || { cat "$build.log" && exit 1; }
# The build file first: it may name new tests.
ninja -C "$build" build.ninja >"$build.log" 2>&1 || { tail -n 40 "$build.log" && exit 1; }
mapfile -t units < <(meson introspect "$build" --tests | python3 -c '
import json, os, sys
for test in json.load(sys.stdin):
    if test["name"].startswith("scoring/"):
        print(os.path.relpath(test["cmd"][0], sys.argv[1]))' "$build" | sort -u)
drivers=(tests/property/property_driver tests/jsonlogic/jsonlogic_driver tests/fuzz/replay_{model,rule,event})
say 'building'
ninja -C "$build" "${units[@]}" "${drivers[@]}" >"$build.log" 2>&1 || { tail -n 40 "$build.log" && exit 1; }
find "$build" -name '*.gcda' -delete
export LEADSCORE_TEST_BUILD=$build LEADSCORE_TEST_QUICK=1
quiet() { "$@" >"$build.log" 2>&1 || { tail -n 40 "$build.log" && die "failed: $*"; }; }
say 'running the tests'
# shellcheck disable=SC2046 # one word a test
quiet meson test -C "$build" --no-rebuild $(meson test -C "$build" --no-rebuild --list 2>/dev/null | sed -E 's#^.* / ##; s#^.*:##' | grep '^scoring/')
quiet node tests/property/run.mjs --driver "$build/tests/property/property_driver" --count 4000 --seed 1
quiet node --test tests/jsonlogic/cases.test.mjs tests/jsonlogic/differential.test.mjs
for target in model rule event; do quiet "$build/tests/fuzz/replay_$target" tests/fuzz/"$target"/*; done
if [[ -n $html ]]; then mkdir -p "$html" && gcovr -r . --object-directory "$build" --filter 'src/scoring/' --html-details "$html/index.html" "$build" >/dev/null; fi
gcovr -r . --filter 'src/scoring/.*\.c' --branches --json-summary "$build/summary.json" "$build" >/dev/null 2>&1
python3 - "$build/summary.json" $lines_floor $branches_floor <<'END'
import json, sys
summary = json.load(open(sys.argv[1]))
print(f"{'file':<40} {'lines':>12} {'':>6} {'branches':>12} {'':>6}")
def row(name, x):
    print(f"{name:<40} {x['line_covered']:>5} of {x['line_total']:>4} {x['line_percent']:>5}% {x['branch_covered']:>5} of {x['branch_total']:>4} {x['branch_percent'] or 0:>5}%")
for x in sorted(summary["files"], key=lambda x: x["filename"]):
    row(x["filename"].removeprefix("src/scoring/"), x)
row("all", summary)
sys.exit(summary["line_percent"] < float(sys.argv[2]) or summary["branch_percent"] < float(sys.argv[3]))
END
