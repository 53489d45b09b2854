#!/usr/bin/env bash
# Every test, from a clone, on Debian 12 or 13, as root or a user with sudo: installs what the tests need, builds with ASan and UBSan, starts
# a private PostgreSQL and runs every suite against it. The last line is `N passed, N failed`; the exit status is 0 only if nothing failed and
# each suite ran at least one test. Nothing that it started outlives it.
#
# Suites: `unit` (meson test, `unit/ROOM/NAME` each), `property` (tests/property/run.mjs), each *.test.sh and *.test.mjs of
# tests/jsonlogic, tests/fuzz and tests/integration, and `deploy` (deploy/check.test.sh). A suite prints TAP, or closes with `N passed, N failed`. What a suite needs
# beyond the packages of deploy/lib/packages.sh it says within its first 20 lines: `needs: [COMMAND=]PACKAGE...` to install,
# `needs-unpacked: PACKAGE...` to have only the files, in PATH.
#
# A suite finds in its environment:
#   LEADSCORE_TEST_BINARY         the sanitized binary
#   LEADSCORE_TEST_BUILD          its build folder
#   LEADSCORE_TEST_DATABASE_URL   the empty database leadscore_test, as superuser
#   LEADSCORE_TEST_OWNER_URL      the same as its owner (leadscore_owner)
#   LEADSCORE_TEST_RUNTIME_URL    the same as the unprivileged role of run time (leadscore)
#   LEADSCORE_TEST_PGDATA, LEADSCORE_TEST_PGBIN, LEADSCORE_TEST_PGSOCKET, LEADSCORE_TEST_PGUSER, LEADSCORE_TEST_PGPLACE
#   LEADSCORE_TEST_TMP            a folder of its own, gone after the run
#   LEADSCORE_TEST_QUICK          1 with --quick, else 0
# and tests/lib/cluster makes databases and stops, kills or freezes the server.
set -euo pipefail

usage() {
    cat <<'END'
tests/run.sh [--only PATTERN]... [--quick] [--threads] [--keep] [--list] [--help]

  --only PATTERN  only the suites whose name contains PATTERN (a shell pattern): unit, unit/scoring, property, integration/leads
  --quick         fewer random cases
  --threads       with ThreadSanitizer instead of ASan and UBSan: for what has threads, such as unit/http, unit/api/live, unit/ingest/lane and the streams' suite
  --keep          keep the run's folder with the cluster's data and logs
  --list          print the suites, run nothing
END
}

patterns=() quick=0 threads=no keep=no list=no
while (($#)); do
    case $1 in
        --only)
            patterns+=("${2:?--only needs a pattern}")
            shift
            ;;
        --only=*) patterns+=("${1#*=}") ;;
        --quick) quick=1 ;;
        --threads) threads=yes ;;
        --keep) keep=yes ;;
        --list) list=yes ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh
# shellcheck source=deploy/lib/packages.sh
source deploy/lib/packages.sh
# shellcheck source=deploy/lib/postgres.sh
source deploy/lib/postgres.sh

suite_seconds=900
build=$root/.local/build-tests
logs=$root/.local/test-logs
run='' run_id='' suite_pid=''
total_passed=0 total_failed=0 total_skipped=0

wanted() {
    local pattern
    ((${#patterns[@]})) || return 0
    for pattern in "${patterns[@]}"; do
        # shellcheck disable=SC2053 # a pattern it is
        [[ $1 == *$pattern* ]] && return 0
    done
    return 1
}

# Processes of this run, found by the mark in their environment, so that also those a suite moved into a session of their own are seen.
marked_processes() { grep -lzsxF "LEADSCORE_TEST_RUN=$run_id" /proc/[0-9]*/environ 2>/dev/null | sed -E 's#/proc/([0-9]+)/environ#\1#' || true; }

end_marked_processes() {
    local process round
    for round in TERM TERM TERM TERM KILL; do
        local left=no
        for process in $(marked_processes); do
            if alive "$process"; then
                left=yes
                kill -CONT "$process" 2>/dev/null || true
                kill "-$round" "$process" 2>/dev/null || true
            fi
        done
        [[ $left == yes ]] || return 0
        sleep 0.5
    done
}

# shellcheck disable=SC2317 # run by the trap
clean_up() {
    local status=$?
    trap '' INT TERM HUP
    trap - EXIT
    [[ -z $suite_pid ]] || kill -TERM -- "-$suite_pid" 2>/dev/null || true
    [[ -z $run_id ]] || end_marked_processes
    if [[ -n $run && -d $run ]]; then
        [[ ! -d $run/pg/data ]] || pg_stop "$run/pg" || true
        if [[ $keep == yes ]]; then
            say "kept: ${run#"$root"/}"
        else
            local place
            place=$(readlink -f "$run/pg")
            rm -rf "$run" "$place"
        fi
    fi
    exit "$status"
}

# suite_needs FILE MARK: what FILE asks for in a line `MARK: ...` near its head.
suite_needs() { sed -n "1,20s/^[#/ *]*$2:[[:space:]]*//p" "$1"; }

# run_suite NAME LIMIT_SECONDS COMMAND...: runs it apart, with its log in a file. Returns its status.
run_suite() {
    local log=$logs/${1//\//-}.log limit=$2 status=0
    shift 2
    mkdir -p "$run/tmp"
    LEADSCORE_TEST_RUN=$run_id LEADSCORE_TEST_TMP=$run/tmp setsid timeout -k 20 "$limit" "$@" >"$log" 2>&1 </dev/null &
    suite_pid=$!
    wait "$suite_pid" || status=$?
    suite_pid=''
    if [[ -n $(marked_processes) ]]; then
        say 'ending processes that the suite left behind'
        end_marked_processes
    fi
    rm -rf "$run/tmp"
    ((status != 124)) || printf '\nstopped after %s seconds\n' "$limit" >>"$log"
    return "$status"
}

# report NAME STATUS TALLY_LOG [FILE]: adds the suite's counts to the sum, and prints them.
report() {
    local name=$1 status=$2 log=$logs/${1//\//-}.log passed=0 failed=0 skipped=0 note=''
    if [[ -e $3 ]]; then read -r passed failed skipped < <(python3 tests/lib/tally.py "$3" "${4:-}"); fi
    if ((failed == 0 && status != 0)); then
        failed=1 note=", exit status $status"
    elif ((passed + failed == 0)); then
        failed=1 note=', ran no test'
    fi
    [[ $name != property ]] || note+=", $(tail -n 1 "$log")"
    ((skipped == 0)) || note+=", $skipped skipped"
    printf '%-44s %6d passed %4d failed %5d s%s\n' "$name" "$passed" "$failed" $((SECONDS - suite_began)) "$note"
    if ((failed)); then tail -n "${LEADSCORE_TEST_TAIL:-60}" "$log" 2>/dev/null | sed 's/^/    | /' || true; fi
    total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed)) total_skipped=$((total_skipped + skipped))
}

suites=()
if [[ -e tests/property/run.mjs ]]; then suites+=(property); fi
for file in tests/jsonlogic/*.test.mjs tests/fuzz/*.test.sh tests/integration/*.test.sh tests/integration/*.test.mjs deploy/*.test.sh; do
    [[ -e $file ]] || continue
    name=${file#tests/}
    suites+=("${name%.test.*}")
done
declare -A suite_file=([property]=tests/property/run.mjs)
for name in "${suites[@]}"; do
    for file in "tests/$name".test.{sh,mjs} "$name".test.sh; do
        [[ ! -e $file ]] || suite_file[$name]=$file
    done
done
chosen=()
for name in "${suites[@]}"; do if wanted "$name"; then chosen+=("$name"); fi; done
unit_wanted=no
if ((${#patterns[@]} == 0)); then unit_wanted=yes; fi
for pattern in "${patterns[@]}"; do
    [[ unit != *$pattern* && $pattern != unit/* ]] || unit_wanted=yes
done
if [[ $list == yes ]]; then
    [[ $unit_wanted == no ]] || echo unit
    printf '%s\n' "${chosen[@]}"
    exit 0
fi
[[ $unit_wanted == yes ]] || ((${#chosen[@]})) || die 'no suite has such a name (see --list)'

needs=("${packages_build[@]}" "${packages_test[@]}")
unpacked=()
for name in "${chosen[@]}"; do
    read -r -a words < <(suite_needs "${suite_file[$name]}" needs | tr '\n' ' ') || true
    needs+=("${words[@]}")
    read -r -a words < <(suite_needs "${suite_file[$name]}" needs-unpacked | tr '\n' ' ') || true
    unpacked+=("${words[@]}")
done
mkdir -p .local "$logs"
if [[ -e tests/package-lock.json ]]; then needs+=(npm=npm); fi
need_packages "${needs[@]}"
pg_ready_binaries ''
for package in "${unpacked[@]}"; do
    unpack_package "$package" "$root/.local/tools" || say "could not fetch $package; the suite that wants it has to cope"
done
PATH=$root/.local/tools/usr/bin:$PATH
# By content: a merge may leave an older lock file than what is installed.
if [[ -e tests/package-lock.json ]] && ! cmp -s tests/package-lock.json tests/node_modules/.installed-lock.json; then
    say 'installing the tests'\'' npm packages'
    npm ci --prefix tests --no-audit --no-fund >"$root/.local/npm.log" 2>&1 || die 'npm ci failed (.local/npm.log)'
    cp tests/package-lock.json tests/node_modules/.installed-lock.json
fi

chmod a+x .local
if [[ $threads == yes ]]; then
    build=$root/.local/build-threads
    build_with "$build" --buildtype=debugoptimized -Db_sanitize=thread
else
    build_with "$build" --buildtype=debugoptimized -Db_sanitize=address,undefined
fi

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
run=$(mktemp -d "$root/.local/test-XXXX")
chmod 0755 "$run"
run_id=${run##*-}-$$
pg_place "$run/pg"
pg_create "$run/pg" fast
pg_start "$run/pg"
pg_database leadscore_test
ulimit -n "$(ulimit -Hn)"

LEADSCORE_TEST_BINARY=$build/src/app/leadscore
LEADSCORE_TEST_BUILD=$build
LEADSCORE_TEST_DATABASE_URL=$(pg_url postgres leadscore_test)
LEADSCORE_TEST_OWNER_URL=$(pg_url leadscore_owner leadscore_test)
LEADSCORE_TEST_RUNTIME_URL=$(pg_url leadscore leadscore_test)
LEADSCORE_TEST_PGPLACE=$run/pg LEADSCORE_TEST_PGDATA=$pg_data LEADSCORE_TEST_PGBIN=$pg_bin LEADSCORE_TEST_PGSOCKET=$pg_socket
LEADSCORE_TEST_PGUSER=$pg_user LEADSCORE_TEST_QUICK=$quick
export LEADSCORE_TEST_BINARY LEADSCORE_TEST_BUILD LEADSCORE_TEST_DATABASE_URL LEADSCORE_TEST_OWNER_URL LEADSCORE_TEST_RUNTIME_URL
export LEADSCORE_TEST_PGPLACE LEADSCORE_TEST_PGDATA LEADSCORE_TEST_PGBIN LEADSCORE_TEST_PGSOCKET LEADSCORE_TEST_PGUSER LEADSCORE_TEST_QUICK
export ASAN_OPTIONS=abort_on_error=0:exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99
export TSAN_OPTIONS=exitcode=99:second_deadlock_stack=1
# Where a process may not be traced (some containers), LeakSanitizer cannot work, and every program would fail for that alone.
if [[ $threads == no ]] && ! (cd "$run" && printf 'int main(void) { return 0; }\n' >probe.c && cc -fsanitize=address -o probe probe.c && ./probe) >/dev/null 2>&1; then
    say 'leaks cannot be looked for on this machine'
    ASAN_OPTIONS+=:detect_leaks=0
fi

if [[ $unit_wanted == yes ]]; then
    suite_began=$SECONDS
    tests=()
    for pattern in "${patterns[@]}"; do
        [[ $pattern == unit/* ]] || continue
        while IFS= read -r name; do tests+=("$name"); done < <(meson test -C "$build" --no-rebuild --list 2>/dev/null |
            sed -E 's#^.* / ##; s#^.*:##' | grep -F -- "${pattern#unit/}" || true)
    done
    if ((${#patterns[@]} && ${#tests[@]} == 0)) && [[ " ${patterns[*]} " == *' unit/'* ]]; then die 'no unit test has such a name'; fi
    status=0
    run_suite unit "$suite_seconds" meson test -C "$build" --no-rebuild --print-errorlogs --logbase "$run_id" "${tests[@]}" || status=$?
    report unit "$status" "$build/meson-logs/$run_id.json"
    rm -f "$build/meson-logs/$run_id".*
fi
for name in "${chosen[@]}"; do
    suite_began=$SECONDS
    file=${suite_file[$name]}
    case $file in
        tests/property/run.mjs)
            command=(node "$file" --driver "$build/tests/property/property_driver" --count "$((quick ? 5000 : 100000))")
            ;;
        *.mjs) command=(node --test --test-reporter=tap "$file") ;;
        *) command=(bash "$file") ;;
    esac
    status=0
    run_suite "$name" "$suite_seconds" "${command[@]}" || status=$?
    report "$name" "$status" "$logs/${name//\//-}.log" "$file"
done

printf 'logs in %s, %d s' "${logs#"$root"/}" "$SECONDS"
if ((total_skipped)); then printf ', %d skipped' "$total_skipped"; fi
printf '\n%d passed, %d failed\n' "$total_passed" "$total_failed"
((total_failed == 0))
