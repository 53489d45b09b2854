"""Turns sql/statements/*.sql and sql/migrations/*.sql into C.

A statement file holds one statement; comment lines in front tell what it is for. Its name becomes STATEMENT_<NAME>; its parameter count is the highest
$n in it. Usage: embed.py header|source|migrations OUT FILE..."""
import pathlib
import re
import sys


def c_string(text):
    lines = text.strip().splitlines()
    return "\n".join('\t"' + l.replace("\\", "\\\\").replace('"', '\\"') + '\\n"' for l in lines)


def strip_comments(text):
    return "\n".join(l for l in text.splitlines() if not l.lstrip().startswith("--"))


def main():
    what, out, files = sys.argv[1], sys.argv[2], [pathlib.Path(f) for f in sys.argv[3:]]
    files.sort(key=lambda f: f.name)
    o = []
    if what == "header":
        o.append("/* Generated from sql/statements: one name per file. */")
        o.append("#ifndef STORE_STATEMENT_H\n#define STORE_STATEMENT_H\n\n#include <stddef.h>\n\nenum statement {")
        o += [f"\tSTATEMENT_{f.stem.upper()}," for f in files]
        o.append("\tSTATEMENT_COUNT\n};\n")
        o.append("struct statement_text {\n\tconst char *name, *sql;\n\tint params;\n};")
        o.append("extern const struct statement_text statement_texts[STATEMENT_COUNT];\n\n#endif")
    elif what == "source":
        o.append('#include "store/statement.h"\n\nconst struct statement_text statement_texts[STATEMENT_COUNT] = {')
        for f in files:
            sql = strip_comments(f.read_text(encoding="utf-8")).strip().rstrip(";")
            if ";" in re.sub(r"'[^']*'", "", sql):
                sys.exit(f"{f}: more than one statement")
            n = max([int(m) for m in re.findall(r"\$(\d+)", sql)] + [0])
            o.append(f'\t[STATEMENT_{f.stem.upper()}] = {{"{f.stem}",\n{c_string(sql)},\n\t{n}}},')
        o.append("};")
    else:
        o.append('#include "store/migrations.h"\n\nconst struct migration migrations[] = {')
        for i, f in enumerate(files, 1):
            if int(f.name[:4]) != i:
                sys.exit(f"{f}: migrations are numbered without gaps from 0001")
            o.append(f'\t{{{i}, "{f.stem}",\n{c_string(strip_comments(f.read_text(encoding="utf-8")))}}},')
        o.append(f"}};\nconst size_t migration_count = {len(files)};")
    pathlib.Path(out).write_text("\n".join(o) + "\n", encoding="utf-8")


main()
