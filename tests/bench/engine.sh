# shellcheck shell=bash disable=SC2154
# The engine alone, in memory on one core, and json-logic-js over the same events beside it: the rules of the 200-rule model alone, without anything else of a score. Sourced by
# run.sh. Events a second of processor time.

# engine_note NAME COMMAND...: notes the rate that the command prints.
engine_note() {
    local rate
    rate=$("${@:2}" 2>"$state/engine/log") || die "$1: $(tail -n 3 "$state/engine/log")"
    note "$1" "$rate"
}

# segment_cost KIND HOW: what each of 100 segments of the kind adds to the time of an event, in nanoseconds.
segment_cost() { awk -v with="$(med "engine-$1-$2")" -v without="$(med "engine-default-$2")" 'BEGIN { printf "%.0f", (1 / with - 1 / without) * 1e9 / 100 }'; }

engine_bench() {
    local place=$state/engine round how
    mkdir -p "$place"
    [[ -e $state/build/src/library/libleadscore.a ]] || build_with "$state/build" --buildtype=release -Dtests=false -Dwerror=false
    [[ -d $root/tests/node_modules/json-logic-js ]] || npm ci --prefix "$root/tests" --no-audit --no-fund >/dev/null
    node "$here/engine/generate.mjs" "$place" "${engine_leads:-2000}" 100
    # shellcheck disable=SC2046
    cc -O2 -D_GNU_SOURCE -I"$root/include" -o "$place/engine" "$here/engine/engine.c" "$state/build/src/library/libleadscore.a" \
        $(pkg-config --libs jansson libpcre2-8 libcrypto) -lunistring -lm
    for ((round = 1; round <= rounds; round++)); do
        say "engine, round $round of $rounds"
        for how in replay mixed stored; do
            engine_note "engine-default-$how" "$place/engine" default "$place/events.ndjson" "$seconds" "$how"
            engine_note "engine-200-$how" "$place/engine" "$place/model.json" "$place/events.ndjson" "$seconds" "$how"
            engine_note "engine-simple-$how" "$place/engine" default "$place/events.ndjson" "$seconds" "$how" "$place/simple.json"
            engine_note "engine-joined-$how" "$place/engine" default "$place/events.ndjson" "$seconds" "$how" "$place/joined.json"
        done
        engine_note json-logic-js-200 node --single-threaded-gc "$here/engine/peer.mjs" "$place/model.json" "$place/events.ndjson" "$seconds"
    done
    printf '\nThe engine alone, one core, events a second of processor time (median of %s rounds of %s s)\n' "$rounds" "$seconds"
    printf '                          lead after lead   in the order of time   from and to rows\n'
    printf '  default model          %16s %22s %18s\n' "$(med engine-default-replay)" "$(med engine-default-mixed)" "$(med engine-default-stored)"
    printf '  200 rules of all kinds %16s %22s %18s\n' "$(med engine-200-replay)" "$(med engine-200-mixed)" "$(med engine-200-stored)"
    printf '  their conditions alone by json-logic-js: %s (%s)\n' "$(med json-logic-js-200)" "$(ratio engine-200-mixed json-logic-js-200)"
    printf '  what a segment adds to an event of the default model, in ns\n'
    printf '    one comparison       %16s %22s %18s\n' "$(segment_cost simple replay)" "$(segment_cost simple mixed)" "$(segment_cost simple stored)"
    printf '    three, looking back  %16s %22s %18s\n' "$(segment_cost joined replay)" "$(segment_cost joined mixed)" "$(segment_cost joined stored)"
}
