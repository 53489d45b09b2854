/* What the columns of a CSV file mean, guessed from its header and its first rows.
 *
 * A header counts more than values, but not against them: what is called an e-mail and holds none is an attribute. One
 * thread. */
#ifndef APP_IMPORT_GUESS_H
#define APP_IMPORT_GUESS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"
#include "cell.h"
#include "decode.h"

#define GUESS_ROWS 200
#define GUESS_COLUMNS 200

enum guess_by { GUESS_BY_HEADER, GUESS_BY_VALUES, GUESS_BY_NOTHING, GUESS_BY_HAND };

struct guess_column {
	const char *name; /* of the header, or made */
	const char *path; /* in the event: "lead.email", "occurred_at", ...; NULL: left out */
	enum guess_by by;
	enum cell_type as;
	const char *formats[2]; /* of times */
	char group_mark;
	const char *const *cells; /* n_rows of the guess; "" where a row is too short */
	const char *sample;       /* one that is not blank, or "" */
};

struct guess {
	char delimiter;
	bool header; /* the first row is one */
	bool events; /* a row says what a lead did */
	bool named;  /* some column says whose row it is */
	size_t n, n_rows;
	struct guess_column columns[GUESS_COLUMNS];
	const char *first, *last; /* names of columns with parts of a person's name, or NULL */
	bool joined;              /* those are written without a space: 姓 and 名 */
};

/* delimiter 0: found out. Errors: ST_INVALID when there is nothing to guess from. */
enum status guess_file(
    struct decode *d, char delimiter, const char *country, struct arena *arena, struct guess **ret, struct err *e);
/* What is called so is put there; false: there is no such place. `path` "-": nowhere. */
bool guess_put(struct guess *g, size_t column, const char *path, struct arena *arena);
/* Whether an event of these columns names a lead. */
void guess_check(struct guess *g);
/* The mapping's document, a new reference. NULL: out of memory. */
json_t *guess_mapping(const struct guess *g, const char *name, const char *time_zone);
/* The mapping of an export of ours, by its header; NULL: it is none. */
json_t *guess_export(const struct guess *g);

#endif
