#!/usr/bin/env python3
"""Prints replies of the leadscore API for a person: show.py reply TITLE | leads | why, the JSON on standard input.

Colour only on a terminal. Exits 1 when the reply is a problem, or no reply at all."""

import json
import sys
import unicodedata

TTY = sys.stdout.isatty()


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if TTY else text


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text, columns):
    return text + " " * max(0, columns - width(text))


def points(value):
    text = f"{value:+.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:+d}"
    return pad(" " * max(0, 7 - len(text)) + text, 7)


def problem(reply):
    print(paint(31, f"refused: {reply.get('status', '')} {reply.get('code', '')} {reply.get('detail') or reply.get('title') or ''}"))
    for error in reply.get("errors", []):
        print(f"    {error.get('pointer', '')}: {error.get('detail') or error.get('code', '')}")


def show_reply(reply, title):
    score = reply["score"]
    standing = f"tier {reply['tier']}   stage {reply['stage']}"
    print(f"{paint(1, pad(title, 50))} score {paint(1, str(score['total']).rjust(4))} = fit {score['fit']} + engagement {score['engagement']}   {standing}")
    if reply["duplicate"]:
        print(paint(2, "        already counted: the same event_id was posted before, so nothing moved"))
    for part in reply["contributions"]:
        print(paint(2, f"     {points(part['points'])}  {part.get('label') or part['rule']}"))
    for move in reply["transitions"]:
        print(paint(32, f"     -> {move['kind']} {move['from']} becomes {move['to']}"))


def show_leads(reply):
    for tier in "ABCDX":
        leads = [lead for lead in reply["data"] if lead["tier"] == tier]
        if not leads:
            continue
        print(paint(1, f"tier {tier}"))
        for lead in leads:
            company = (lead.get("company") or {}).get("name") or ""
            print(f"  {str(lead['score']['total']).rjust(4)}  {pad(lead.get('grade') or '', 4)}{pad(lead['stage'], 14)}"
                  f"{pad(lead.get('name') or '', 12)}{pad(company, 26)}{lead.get('email') or ''}")
    if not reply["data"]:
        print("  no lead yet")


def show_why(reply):
    total = 0
    for part in reply["contributions"]:
        total += part["points_now"]
        print(f"     {points(part['points_now'])}  {pad(part['kind'], 12)}{part.get('label') or part['rule']}")
    shown = reply["score"]["total"]
    print(f"     {points(round(total, 3))}  in all, shown as {shown}")


def main():
    what = sys.argv[1]
    text = sys.stdin.read()
    try:
        reply = json.loads(text)
    except ValueError:
        print(paint(31, f"not JSON: {text[:200]!r}"))
        return 1
    if what not in ("reply", "leads", "why"):
        sys.exit(f"show.py: what is {what}?")
    if "score" not in reply and "data" not in reply:
        problem(reply)
        return 1
    if what == "reply":
        show_reply(reply, sys.argv[2])
    elif what == "leads":
        show_leads(reply)
    else:
        show_why(reply)
    return 0


sys.exit(main())
