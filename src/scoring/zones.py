"""Turns the TZif files of a zoneinfo folder (RFC 9636) into C: offsets from UTC by time zone and instant, small enough to embed.

Of a zone are kept the instants at which its offset changes, as far as the rule in its footer does not say them, and that rule. Zones that agree share
one body. The bytes of a body are described in zone.c, which reads them. Usage: zones.py ZONEINFO_FOLDER OUT"""
import datetime
import pathlib
import re
import struct
import sys

FIRST_RULE_YEAR, LAST_RULE_YEAR = 1900, 2400
HOUR, DAY = 3600, 86400


class Rule:
    """A footer: standard and summer offset, and the two days of a year at which the clocks change."""

    NAME = r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]+)"
    TIME = r"([+-]?\d+)(?::(\d+))?(?::(\d+))?"

    def __init__(self, text):
        self.text = text
        standard = re.match(self.NAME + self.TIME, text)
        if not standard:
            raise ValueError(f"footer {text!r}")
        self.standard = -self.seconds(*standard.groups())
        self.days = None
        rest = text[standard.end():]
        if not rest:
            return
        summer = re.match(f"{self.NAME}(?:{self.TIME})?", rest)
        self.summer = -self.seconds(*summer.groups()) if summer and summer[1] else self.standard + HOUR
        days = rest[summer.end():].split(",") if summer else []
        if len(days) != 3:
            raise ValueError(f"footer {text!r}")
        self.days = [self.day(d) for d in days[1:]]

    @staticmethod
    def seconds(hours, minutes, seconds):
        size = abs(int(hours)) * HOUR + int(minutes or 0) * 60 + int(seconds or 0)
        return -size if hours.startswith("-") else size

    @classmethod
    def day(cls, text):
        """(kind, month or day of the year, week, day of the week, second of the day)"""
        day, _, time = text.partition("/")
        second = cls.seconds(*re.fullmatch(cls.TIME, time).groups()) if time else 2 * HOUR
        if day[0] == "M":
            month, week, weekday = (int(x) for x in day[1:].split("."))
            return (0, month, week, weekday, second)
        return (1, int(day[1:]), 0, 0, second) if day[0] == "J" else (2, int(day), 0, 0, second)

    @staticmethod
    def days_before(year, day):
        """Days from 1970-01-01 to the rule's day in that year."""
        kind, number, week, weekday, _ = day
        first = datetime.date(year, 1, 1)
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        if kind == 0:
            first = datetime.date(year, number, 1)
            date = 1 + (weekday - (first.weekday() + 1)) % 7 + 7 * (week - 1)
            last = (datetime.date(year + (number == 12), number % 12 + 1, 1) - first).days
            offset = (date if date <= last else date - 7) - 1
        else:
            offset = number - (1 if kind == 1 else 0) + (1 if kind == 1 and leap and number >= 60 else 0)
        return (first - datetime.date(1970, 1, 1)).days + offset

    def transitions(self):
        """(instant, offset from then on), in order."""
        found = []
        if self.days:
            for year in range(FIRST_RULE_YEAR, LAST_RULE_YEAR):
                start, end = (self.days_before(year, d) * DAY + d[4] for d in self.days)
                found += [(start - self.standard, self.summer), (end - self.summer, self.standard)]
        return sorted(found)


def read_tzif(data):
    """The 64-bit block of a TZif file: (offset before the first transition, [(instant, offset)], footer)."""
    def header(at):
        if data[at:at + 4] != b"TZif" or data[at + 4:at + 5] < b"2":
            raise ValueError("not TZif of version 2 or later")
        return struct.unpack_from(">6I", data, at + 20)

    isut, isstd, leaps, times, types, chars = header(0)
    at = 44 + times * 5 + types * 6 + chars + leaps * 8 + isstd + isut
    isut, isstd, leaps, times, types, chars = header(at)
    if leaps:
        raise ValueError("counts leap seconds")
    at += 44
    instants = struct.unpack_from(f">{times}q", data, at)
    which = data[at + 8 * times:at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack_from(">iBB", data, at + 6 * i)[0] for i in range(types)]
    at += 6 * types + chars + leaps * 12 + isstd + isut
    footer = data[at:].split(b"\n")
    if len(footer) != 3 or footer[0] or footer[2] or list(instants) != sorted(set(instants)):
        raise ValueError("damaged")
    return offsets[0], [(t, offsets[i]) for t, i in zip(instants, which)], footer[1].decode()


def slim(first, transitions, rule):
    """Without what changes no offset, and without the tail that the rule says; the rule holds after the last that stays."""
    kept, now = [], first
    for instant, offset in transitions:
        if offset != now:
            kept.append((instant, offset))
        now = offset
    if not rule or not rule.days:
        if rule and rule.standard != now:
            raise ValueError("the footer contradicts the last transition")
        return kept
    said = rule.transitions()
    place = {t: i for i, t in enumerate(said)}
    while len(kept) > 1 and kept[-1] in place and kept[-2] in place and place[kept[-1]] == place[kept[-2]] + 1:
        kept.pop()
    return kept


def varint(n):
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def signed(n):
    return varint(-2 * n - 1 if n < 0 else 2 * n)


def step(seconds):
    return varint(seconds * 2 + 1 if seconds % 900 else seconds // 900 * 2)


def encode(first, transitions, rule):
    offsets = sorted({first} | {o for _, o in transitions})
    out = varint(len(offsets)) + b"".join(signed(o) for o in offsets)
    out += varint(len(transitions) + 1) + varint(offsets.index(first))
    before = None
    for instant, offset in transitions:
        out += signed(instant) if before is None else step(instant - before)
        out += varint(offsets.index(offset))
        before = instant
    if not rule or not rule.days:
        return out + varint(0)
    out += varint(1) + signed(rule.standard) + signed(rule.summer)
    for kind, number, week, weekday, second in rule.days:
        out += varint(kind) + varint(number) + varint(week) + varint(weekday) + signed(second)
    return out


def zone_files(folder):
    """Names and the bytes behind them. Links whose own file is not installed are taken from tzdata.zi."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] not in ("posix", "right", "localtime", "posixrules", "Factory") and path.is_file():
            data = path.read_bytes()
            if data[:4] == b"TZif":
                found[name] = data
    listing = folder / "tzdata.zi"
    lines = listing.read_text().splitlines() if listing.is_file() else []
    links = [line.split()[1:3] for line in lines if line.startswith("L ")]
    for target, name in links + links:  # twice: a link may lead to a later one
        if name not in found and target in found:
            found[name] = found[target]
    version = lines[0].partition("version ")[2].strip() if lines else ""
    return found, version or "unknown"


def c_bytes(data):
    return "\n".join("\t" + ", ".join(str(b) for b in data[i:i + 24]) + "," for i in range(0, len(data), 24))


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files, version = zone_files(folder)
    if len(files) < 300:
        sys.exit(f"{folder} holds no time zone data: the package tzdata is needed")
    bodies, names, index, places = bytearray(), bytearray(), [], {}
    for name in sorted(files):
        try:
            first, transitions, footer = read_tzif(files[name])
            rule = Rule(footer) if footer else None
            body = encode(first, slim(first, transitions, rule), rule)
        except ValueError as e:
            sys.exit(f"{folder / name}: {e}")
        if body not in places:
            places[body] = len(bodies)
            bodies += body
        index.append(f"\t{{{len(names)}, {places[body]}, {len(body)}}},")
        names += name.encode() + b"\0"
    out.write_text("\n".join([
        "/* Generated by zones.py. */",
        "#include <stddef.h>\n#include <stdint.h>\n",
        "extern const char zone_data_version[], zone_data_names[];",
        "extern const size_t zone_data_count;\nextern const uint32_t zone_data_index[][3];\nextern const unsigned char zone_data_bodies[];",
        f'const char zone_data_version[] = "{version}";',
        f"const size_t zone_data_count = {len(index)};",
        "const uint32_t zone_data_index[][3] = {", *index, "};",
        "const char zone_data_names[] = {", c_bytes(names), "};",
        "const unsigned char zone_data_bodies[] = {", c_bytes(bodies), "};", ""]))


main()
