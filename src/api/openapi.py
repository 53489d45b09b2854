"""Turns openapi.yaml into C: the same document as compact JSON.

YAML is read with the types of version 1.2 (only true, false, null and numbers are special), so that a property named "on" or an example that looks
like a time stays text. Usage: openapi.py OUT FILE."""
import json
import pathlib
import re
import sys

import yaml


class Loader(yaml.SafeLoader):
    pass


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"), list("-+.0123456789"))


def keys_as_text(v):
    """Status codes are written bare in YAML and are text in JSON."""
    if isinstance(v, dict):
        return {str(k): keys_as_text(x) for k, x in v.items()}
    return [keys_as_text(x) for x in v] if isinstance(v, list) else v


def main():
    out, path = sys.argv[1], sys.argv[2]
    document = yaml.load(pathlib.Path(path).read_text(encoding="utf-8"), Loader)
    data = json.dumps(keys_as_text(document), ensure_ascii=True, separators=(",", ":"))
    # An array of characters, because string literals longer than 64 KiB are not portable C.
    lines = ",\n".join("\t" + ",".join(str(b) for b in data[i:i + 40].encode()) for i in range(0, len(data), 40))
    text = "#include <stddef.h>\n\nextern const char openapi_json[];\nextern const size_t openapi_json_len;\n\n"
    text += f"const char openapi_json[] = {{\n{lines}, 0}};\nconst size_t openapi_json_len = {len(data)};\n"
    pathlib.Path(out).write_text(text, encoding="utf-8")


main()
