#!/usr/bin/env python3
"""Counts the tests in a suite's log: tally.py LOG [FILE] prints "PASSED FAILED SKIPPED".

LOG is TAP (of node --test, or printed by a script), or text whose last "N passed, N failed" line counts, or the log of the property test,
which counts as one test and its mismatches as failures, or the testlog.json of meson, where the checks inside each Check program count one by
one. FILE is the suite's own file: node reports a file without any test as one passed
test of that name, which is none."""

import json
import os
import re
import sys

RESULT = re.compile(r"^( *)(not )?ok\b *\d* *-? *(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")
CLOSING = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?(?: \w+)?$")
HISTORIES = re.compile(r"^(\d+) histories of \d+ events, (\d+) mismatches$")
CHECKS = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.M)


def count_meson(path):
    passed = failed = skipped = 0
    for line in open(path, encoding="utf-8"):
        program = json.loads(line)
        checks = CHECKS.findall(program.get("stdout", ""))
        bad = sum(int(f) + int(e) for _, f, e in checks)
        good = sum(int(n) for n, _, _ in checks) - bad
        if program["result"] == "SKIP":
            skipped += 1
        elif program["result"] in ("OK", "EXPECTEDFAIL"):
            passed += good if checks else 1
        else:
            passed += good
            failed += max(bad, 1)
    return passed, failed, skipped


def count_tap(lines, suite_file):
    """Only leaves count, and a parent that failed though its leaves passed."""
    passed = failed = skipped = top_level = planned = 0
    open_failures = {}  # indent -> a failed leaf or parent seen below it since the last result there
    deepest = None
    in_yaml = False
    for line in lines:
        bare = line.strip()
        if bare == "---":
            in_yaml = True
        elif bare == "...":
            in_yaml = False
        if in_yaml:
            continue
        if PLAN.match(line):
            planned = int(PLAN.match(line).group(1))
        match = RESULT.match(line)
        if not match:
            continue
        indent, bad, name = len(match.group(1)), bool(match.group(2)), match.group(3)
        if indent == 0:
            top_level += 1
        is_parent = deepest is not None and deepest > indent
        failed_below = any(open_failures.pop(key) for key in [key for key in open_failures if key > indent]) if is_parent else False
        directive = re.search(r"# *(SKIP|TODO)\b", name, re.I)
        name = name[:directive.start()].strip() if directive else name.strip()
        if directive:
            skipped += 0 if is_parent else 1
        elif bad:
            failed += 0 if failed_below else 1
            open_failures[indent] = True
        elif not is_parent and not (suite_file and os.path.basename(name) == os.path.basename(suite_file)):
            passed += 1
        if is_parent and (bad or failed_below):
            open_failures[indent] = True
        deepest = indent
    if planned > top_level:
        failed += planned - top_level
    return passed, failed, skipped


def main():
    path = sys.argv[1]
    if path.endswith(".json"):
        return count_meson(path)
    lines = open(path, encoding="utf-8", errors="replace").read().splitlines()
    closing = [match for match in map(CLOSING.match, map(str.strip, lines)) if match]
    if closing:
        return tuple(int(number or 0) for number in closing[-1].groups())
    histories = [match for match in map(HISTORIES.match, lines) if match]
    if histories:
        ran, bad = map(int, histories[-1].groups())
        return int(ran > 0 and bad == 0), bad, 0
    return count_tap(lines, sys.argv[2] if len(sys.argv) > 2 else None)


print(*main())
