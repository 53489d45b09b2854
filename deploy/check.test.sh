#!/usr/bin/env bash
# deploy/run.sh from nothing, a second start, Ctrl-C, a killed script, and a PostgreSQL of one's own. TAP; run by tests/run.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

state=$LEADSCORE_TEST_TMP/demo
mkdir -p "$state"
export LEADSCORE_STATE=$state LEADSCORE_BUILD=${LEADSCORE_BUILD:-$PWD/.local/build}
out=$state/out
unset DATABASE_URL LEADSCORE_LISTEN LEADSCORE_METRICS_LISTEN

count=0 failures=0
check() {
    local title=$1
    shift
    count=$((count + 1))
    if "$@" >"$state/check" 2>&1; then
        printf 'ok %d - %s\n' "$count" "$title"
    else
        failures=$((failures + 1))
        printf 'not ok %d - %s\n' "$count" "$title"
        cat "$state/check"
        [[ ! -e $out ]] || sed 's/^/# /' "$out"
        tail -n 20 "$state/leadscore.log" 2>/dev/null | sed 's/^/# /' || true
    fi
}
says() { grep -qE -- "$1" "$out"; }
times() { [[ $(grep -cE -- "$2" "$out") == "$1" ]]; }
keys() { grep -v '^LEADSCORE_URL=' "$state/demo.env" | sha256sum; }
stopped() { ! [[ -e $state/pg/data/postmaster.pid ]] && ! curl -sf -o /dev/null --max-time 2 "$LEADSCORE_URL/livez"; }
# serve_in_background: returns when the service is up; sets script. An ignored SIGINT, which a background job inherits, cannot be trapped.
serve_in_background() {
    setsid env --default-signal=INT deploy/run.sh --no-scene >"$out" 2>&1 </dev/null &
    script=$!
    local tries
    for ((tries = 0; tries < 1200; tries++)); do
        if grep -q 'serving; Ctrl-C' "$out"; then return 0; fi
        kill -0 "$script" || return 1
        sleep 0.1
    done
    return 1
}
ends_with() {
    local status=0
    wait "$script" || status=$?
    [[ $status == "$1" ]]
}
ready_again() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        if ! curl -sf -o /dev/null --max-time 2 "$LEADSCORE_URL/livez"; then return 0; fi
        sleep 0.1
    done
    return 1
}
run_check() { deploy/run.sh --check >"$out" 2>&1 </dev/null; }

check 'the first start plays the scene and ends with success' run_check
((failures == 0)) || {
    echo 'Bail out! nothing starts'
    exit 1
}
check 'a form lead climbs to MQL' says 'stage lead becomes mql'
check 'a quote at 80 jumps to SAL' says 'stage lead becomes sal'
check 'an excluded industry is disqualified' says 'stage lead becomes disqualified'
check 'nothing is a duplicate yet' times 0 'already counted'
check 'the list shows tiers A and X' eval 'says "^tier A" && says "^tier X"'
check 'the keys are kept for their owner only' test "$(stat -c %a "$state/demo.env")" = 600
before=$(keys)
check 'the second start ends with success' run_check
check 'its events are all duplicates' times 12 'already counted'
check 'nothing moves twice' times 0 ' becomes '
check 'the keys are the same' test "$(keys)" = "$before"

check 'it serves until told to stop' serve_in_background
# shellcheck disable=SC1091
source "$state/demo.env"
unprivileged() { ((EUID != 0)) || [[ $(stat -c %u "/proc/$(<"$state/leadscore.pid")") != 0 ]]; }
check 'the service does not run as root' unprivileged
kill -INT "$script"
check 'Ctrl-C is a success' ends_with 0
check 'and leaves neither service nor server' stopped

check 'it serves again' serve_in_background
# shellcheck disable=SC1091
source "$state/demo.env"
kill -KILL "$script"
check 'the script can be killed' ends_with 137
check 'which ends the service' ready_again
check 'and the next start puts the server right' run_check

export DATABASE_URL=$LEADSCORE_TEST_DATABASE_URL
check 'a PostgreSQL of one'\''s own will do' run_check
check 'with the same scene' says 'stage lead becomes sal'
printf '1..%d\n' "$count"
((failures == 0))
