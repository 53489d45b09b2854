#!/usr/bin/env python3
"""Runs a command on a terminal of its own and talks to it.

    terminal.py [--live] COMMAND... < DIALOGUE

DIALOGUE is a JSON list of [what is waited for, what is typed then]. Printed is {"code", "text"}: the exit status, and all that stood on
the terminal, what was typed included. Something that never comes ends it after a minute, with the code null. --live: what is on the terminal
goes to standard error too, as it comes.
"""
import json
import os
import pty
import select
import signal
import sys
import time


def talk(terminal, dialogue, until, live):
    text, seen, left = b"", 0, list(dialogue)
    while time.monotonic() < until:
        if left:
            at = text.find(left[0][0].encode(), seen)
            if at >= 0:
                seen = at + len(left[0][0].encode())
                os.write(terminal, left.pop(0)[1].encode())
                continue
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            more = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            more = b""
        if not more:
            return text, not left
        text += more
        if live:
            sys.stderr.buffer.write(more)
            sys.stderr.buffer.flush()
    return text, False


def main():
    dialogue = json.load(sys.stdin)
    live = sys.argv[1] == "--live"
    command = sys.argv[2 if live else 1:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    text, whole = talk(terminal, dialogue, time.monotonic() + 60, live)
    if not whole:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    json.dump({"code": os.waitstatus_to_exitcode(status) if whole else None, "text": text.decode(errors="replace")}, sys.stdout)


main()
