#!/usr/bin/env bash
# libleadscore as another program meets it: installed under a prefix of its own, found by pkg-config, with no symbol but those of its headers, and the example
# of deploy/examples/embed built against it, shared and static. Prints TAP.
# needs: nm=binutils
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh
work=${LEADSCORE_TEST_TMP:?run by tests/run.sh}
build=$PWD/.local/build-library prefix=$work/prefix count=0 failed=0
say_ok() { count=$((count + 1)) && printf 'ok %d - %s\n' "$count" "$1"; }
say_not_ok() { count=$((count + 1)) failed=$((failed + 1)) && printf 'not ok %d - %s\n' "$count" "$1"; }
check() { # NAME COMMAND...
    local name=$1 log
    shift
    if log=$("$@" 2>&1); then say_ok "$name"; else say_not_ok "$name" && printf '%s\n' "$log" | sed 's/^/# /'; fi
}

{
    # shellcheck disable=SC2046 # one word or none
    meson setup $([[ ! -e $build/build.ninja ]] || echo --reconfigure) "$build" --buildtype=release -Dtests=false -Dlibdir=lib -Dprefix="$prefix"
    ninja -C "$build" src/library/libleadscore.a src/library/libleadscore.so.0.1.0
    meson install -C "$build" --no-rebuild --tags library,devel
} >"$work/install.log" 2>&1 || { tail -n 40 "$work/install.log" && exit 1; }

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
python3 src/library/headers.py exports "$prefix"/include/leadscore/*/*.h >"$work/declared"
shown() { nm "$@" | awk 'NF == 3 && $2 ~ /[A-Z]/ { sub(/@.*/, "", $3); print $3 }' | sort -u; }
shown -D --defined-only "$prefix/lib/libleadscore.so" >"$work/shared"
shown --defined-only "$prefix/lib/libleadscore.a" >"$work/static"
check 'headers declare more than nothing' test "$(wc -l <"$work/declared")" -gt 50
check 'the shared library shows what its headers declare and no more' diff "$work/declared" "$work/shared"
check 'so does the static one' diff "$work/declared" "$work/static"
needed() { readelf -d "$prefix/lib/libleadscore.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' | grep -v '^ld-' | sort | tr '\n' ' '; }
check 'it needs no more than JSON, hashes, patterns and Unicode' test "$(needed)" = 'libc libcrypto libjansson libm libpcre2-8 libunistring '
for header in "$prefix"/include/leadscore/*/*.h; do
    name=leadscore/${header#"$prefix"/include/leadscore/}
    printf '#include <%s>\nint main(void) { return 0; }\n' "$name" >"$work/one.c"
    # shellcheck disable=SC2046
    check "<$name> compiles alone" cc -std=c11 -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags leadscore) "$work/one.c"
done

example=deploy/examples/embed
# shellcheck disable=SC2046
check 'the example builds against the shared library' cc -std=gnu11 -Wall -Wextra -Werror -o "$work/score" $example/score.c $(pkg-config --cflags --libs leadscore)
# shellcheck disable=SC2046
check 'and against the static one' cc -std=gnu11 -o "$work/score-static" $example/score.c $(pkg-config --cflags leadscore) "$prefix/lib/libleadscore.a" \
    $(pkg-config --libs --static leadscore | sed 's/-lleadscore//')
for program in score score-static; do
    "$work/$program" --at 2026-03-03T08:00:00Z $example/events.ndjson >"$work/$program.out" || true
    check "$program tells the score" diff <(head -n 1 "$work/$program.out") <(echo 'score 119 (fit 45, engagement 74), tier D, grade D1, stage sal')
    check "$program: the contributions add up" grep -Eq '^  sum ([0-9.]+), total \1$' "$work/$program.out"
done
check 'the two say the same' diff "$work/score.out" "$work/score-static.out"
refused() { ! "$work/score" --model "$1" $example/events.ndjson 2>"$work/refused" && grep -q "$2" "$work/refused"; }
printf '{"fit": {"rules": [{"id": "a", "points": 1, "when": {"nearly": [1]}}]}}' >"$work/bad.json"
check 'a model that is not valid is refused with a pointer' refused "$work/bad.json" '/fit/rules/0/when/nearly'
printf '1..%d\n' "$count"
((failed == 0))
