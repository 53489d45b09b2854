# shellcheck shell=bash disable=SC2154
# The engine alone, in memory on one core, and json-logic-js over the same events beside it: the rules of the 200-rule model alone, without anything else of a score. Sourced by
# run.sh. Events a second of processor time.

# engine_note NAME COMMAND...: notes the rate that the command prints.
engine_note() {
    local rate
    rate=$("${@:2}" 2>"$state/engine/log") || die "$1: $(tail -n 3 "$state/engine/log")"
    note "$1" "$rate"
}

engine_bench() {
    local place=$state/engine round
    mkdir -p "$place"
    [[ -e $state/build/src/library/libleadscore.a ]] || build_with "$state/build" --buildtype=release -Dtests=false -Dwerror=false
    [[ -d $root/tests/node_modules/json-logic-js ]] || npm ci --prefix "$root/tests" --no-audit --no-fund >/dev/null
    node "$here/engine/generate.mjs" "$place" "${engine_leads:-2000}" 100
    # shellcheck disable=SC2046
    cc -O2 -D_GNU_SOURCE -I"$root/include" -o "$place/engine" "$here/engine/engine.c" "$state/build/src/library/libleadscore.a" \
        $(pkg-config --libs jansson libpcre2-8 libcrypto) -lunistring -lm
    for ((round = 1; round <= rounds; round++)); do
        say "engine, round $round of $rounds"
        engine_note engine-default "$place/engine" default "$place/events.ndjson" "$seconds"
        engine_note engine-200 "$place/engine" "$place/model.json" "$place/events.ndjson" "$seconds"
        engine_note json-logic-js-200 node --single-threaded-gc "$here/engine/peer.mjs" "$place/model.json" "$place/events.ndjson" "$seconds"
        engine_note engine-default-stored "$place/engine" default "$place/events.ndjson" "$seconds" stored
        engine_note engine-200-stored "$place/engine" "$place/model.json" "$place/events.ndjson" "$seconds" stored
    done
    printf '\nThe engine alone, one core, events a second of processor time (median of %s rounds of %s s)\n' "$rounds" "$seconds"
    printf '  default model           in memory %8s   from and to rows %8s\n' "$(med engine-default)" "$(med engine-default-stored)"
    printf '  200 rules of all kinds  in memory %8s   from and to rows %8s   its rules alone by json-logic-js %7s (%s)\n' "$(med engine-200)" "$(med engine-200-stored)" \
        "$(med json-logic-js-200)" "$(ratio engine-200 json-logic-js-200)"
}
