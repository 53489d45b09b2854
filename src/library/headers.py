#!/usr/bin/env python3
"""Makes the public headers of the rooms those of libleadscore.

headers.py install FILE      the header with its own includes spelled relative, so that it compiles wherever it is installed
headers.py exports FILE...   the names of the functions and objects that the headers declare, one a line"""

import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def installed(text):
    return re.sub(r'^#include "(base|scoring)/', r'#include "../\1/', text, flags=re.M)


def exports(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"^#(?:[^\n]*\\\n)*[^\n]*$", " ", text, flags=re.M)
    names, depth, statement = [], 0, ""
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth == 0 and char != "}":
            statement += char
        if depth == 0 and char == "}" and statement.lstrip().startswith("static"):
            statement = ""  # a function with its body
        if depth == 0 and char == ";":
            declared = " ".join(re.sub(r"__attribute__\s*\(\(.*\)\)", "", statement, flags=re.S).split())
            function = re.match(r"[\w\s*]*?\b(\w+)\s*\(", declared)
            thing = re.match(r"extern [\w\s*]*?\b(\w+)(\[\w*\])?;$", declared)
            if not declared.startswith(("typedef", "static")) and (thing or function):
                names.append((thing or function).group(1))
            statement = ""
    return names


mode, *paths = sys.argv[1:]
if mode == "install":
    sys.stdout.write(installed(read(paths[0])))
else:
    print("\n".join(sorted({name for path in paths for name in exports(read(path))})))
