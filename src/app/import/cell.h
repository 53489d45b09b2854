/* One cell's text to a value: number, truth value, time, list. */
#ifndef APP_IMPORT_CELL_H
#define APP_IMPORT_CELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum cell_type { CELL_TEXT, CELL_NUMBER, CELL_BOOLEAN, CELL_TIME, CELL_LIST, CELL_JSON };

#define CELL_FORMATS_MAX 8
struct cell_form {
	enum cell_type type;
	char decimal_mark, group_mark;         /* of numbers; group_mark 0: none */
	char separator;                        /* of lists */
	const char *formats[CELL_FORMATS_MAX]; /* of times, tried in turn; none: RFC 3339 */
	size_t n_formats;
	const char *time_zone; /* "Z" or "+08:00", for times that name none */
};

bool cell_type_parse(const char *s, enum cell_type *ret);
const char *cell_type_noun(enum cell_type t); /* "a number" */
/* Whether a format of times is understood: %Y %m %d %H %M %S %f (fraction) %z (Z or offset) %s (Unix seconds) %Q (Unix
 * milliseconds) %%. */
bool cell_format_valid(const char *format);
/* A new reference; NULL: the text is no such thing. `s` is NUL-terminated, trimmed and not empty. */
json_t *cell_value(const struct cell_form *f, const char *s, size_t n);

#endif
