#!/bin/sh
# embed.sh INPUT OUTPUT NAME: a C file with the bytes of INPUT as a NUL-terminated array NAME.
set -eu
{
	echo "extern const char $3[];"
	echo "const char $3[] = {"
	od -An -v -tu1 "$1" | sed -e 's/^ *//' -e 's/  */, (char)/g' -e 's/^/(char)/' -e 's/$/,/'
	echo "0};"
} > "$2"
