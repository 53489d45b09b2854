#!/usr/bin/env bash
# Replays the fuzzers' corpora with the sanitized build; in a full run, where clang has libFuzzer, each target is fuzzed for 20 seconds besides. Prints TAP.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
count=0 failed=0
for target in model rule event form source; do
    count=$((count + 1))
    inputs=(tests/fuzz/"$target"/*)
    status=0
    said=$("${LEADSCORE_TEST_BUILD:?run by tests/run.sh}/tests/fuzz/replay_$target" "${inputs[@]}" 2>"$LEADSCORE_TEST_TMP/replay") || status=$?
    if ((status == 0)) && [[ $said == "${#inputs[@]} inputs" ]] && ((${#inputs[@]} >= 10)); then
        printf 'ok %d - corpus of %s: %s\n' "$count" "$target" "$said"
    else
        failed=$((failed + 1))
        printf 'not ok %d - corpus of %s\n' "$count" "$target"
        tail -n 40 "$LEADSCORE_TEST_TMP/replay" | sed 's/^/# /'
    fi
done
count=$((count + 1))
if [[ $LEADSCORE_TEST_QUICK == 1 ]]; then
    printf 'ok %d - fuzzing # SKIP quick\n' "$count"
elif ! printf 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n ? 0 : 0; }\n' | clang -fsanitize=fuzzer,address -x c -o "$LEADSCORE_TEST_TMP/probe" - 2>/dev/null; then
    printf 'ok %d - fuzzing # SKIP no clang with libFuzzer here\n' "$count"
elif said=$(tests/fuzz/run.sh 20 2>&1); then
    printf 'ok %d - fuzzing\n' "$count"
    printf '%s\n' "$said" | sed 's/^/# /'
else
    failed=$((failed + 1))
    printf 'not ok %d - fuzzing\n' "$count"
    printf '%s\n' "$said" | sed 's/^/# /'
fi
printf '1..%d\n' "$count"
((failed == 0))
