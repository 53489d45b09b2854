#!/usr/bin/env bash
# Fuzzes models, rules, histories, forms and sources with libFuzzer: tests/fuzz/run.sh [SECONDS each, 60] [TARGET...]. Needs clang with its runtime libraries. What is found lies in
# .local/fuzz/TARGET-findings; a finding that was mended belongs, made small, into tests/fuzz/TARGET. What the fuzzer learns is kept in .local/fuzz/TARGET for the next run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/common.sh
source deploy/lib/common.sh
seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || die 'usage: tests/fuzz/run.sh [SECONDS] [TARGET...]'
targets=("${@:2}")
((${#targets[@]})) || targets=(model rule event form source)
build=$PWD/.local/build-fuzz
export CC=clang
[[ -e $build/build.ninja ]] || meson setup "$build" --buildtype=debugoptimized -Dfuzzers=true -Db_sanitize=address,undefined -Db_lundef=false >"$build.log" 2>&1 || { cat "$build.log" && exit 1; }
ninja -C "$build" "${targets[@]/#/tests/fuzz/fuzz_}" >"$build.log" 2>&1 || { tail -n 40 "$build.log" && exit 1; }
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# Where a process may not be traced LeakSanitizer cannot work; leaks are looked for by replaying the corpora too.
leaks=1
"$build/tests/fuzz/fuzz_${targets[0]}" -runs=1 >/dev/null 2>&1 || leaks=0
failed=0
for target in "${targets[@]}"; do
    learnt=.local/fuzz/$target found=.local/fuzz/$target-findings
    mkdir -p "$learnt" "$found"
    "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=6000 -timeout=60 -report_slow_units=50 -rss_limit_mb=1500 -detect_leaks=$leaks -print_final_stats=1 -verbosity=0 \
        -dict="tests/fuzz/$target.dict" -artifact_prefix="$found/" "$learnt" "tests/fuzz/$target" >".local/fuzz/$target.log" 2>&1 || {
        failed=1
        tail -n 40 ".local/fuzz/$target.log"
    }
    printf '%s: %s inputs in %s s, %s kept, %s findings\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' ".local/fuzz/$target.log")" "$seconds" \
        "$(find "$learnt" -type f | wc -l)" "$(find "$found" -type f | wc -l)"
done
exit $failed
