/* What several commands do first. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entries.h"

#define CONNECT_MS 10000

int open_database(const struct invocation *in, struct db **ret)
{
	struct err e = {0};
	if (db_open(in->settings.database_url, DB_GENERAL, CONNECT_MS, ret, &e) != ST_OK)
		return fail(&e);
	return EXIT_OK;
}

int find_workspace(const struct invocation *in, struct db *db, struct workspace_row *ret)
{
	const char *name = invocation_value(in, "--workspace");
	struct err e = {0};
	if (!name) {
		complain("which workspace? Add --workspace NAME");
		return EXIT_USAGE;
	}
	if (store_workspace_find(db, name, ret, &e) != ST_OK) {
		if (!strcmp(e.sqlstate, "42P01") || !strcmp(e.sqlstate, "42501"))
			err_set(&e, ST_UNAVAILABLE, NULL,
			    "the database is not ready for this role: run `leadscore migrate`, then `leadscore "
			    "doctor`");
		return fail(&e);
	}
	return EXIT_OK;
}

int find_workspace_or_only(const struct invocation *in, struct db *db, struct workspace_row *ret)
{
	struct err e = {0};
	struct workspace_row *rows = NULL;
	size_t n = 0;
	if (invocation_value(in, "--workspace"))
		return find_workspace(in, db, ret);
	struct arena *arena = arena_new(0);
	int code = EXIT_OK;
	if (store_workspace_list(db, arena, &rows, &n, &e) != ST_OK) {
		code = fail(&e);
	} else if (n != 1) {
		complain(n ? "which workspace? Add --workspace NAME" : "there is no workspace");
		code = n ? EXIT_USAGE : EXIT_STATE;
	} else {
		*ret = rows[0];
	}
	arena_free(&arena);
	return code;
}

int read_whole_file(const char *path, size_t max, char **ret, size_t *ret_n)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!f) {
		complain("cannot read %s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	char *text = malloc(max + 1);
	size_t n = text ? fread(text, 1, max + 1, f) : 0;
	bool bad = !text || ferror(f);
	int why = errno;
	if (f != stdin)
		fclose(f);
	if (bad || n > max) {
		if (bad)
			complain("cannot read %s: %s", path, text ? strerror(why) : "out of memory");
		else
			complain("%s is larger than %zu bytes", path, max);
		free(text);
		return EXIT_FAILED;
	}
	text[n] = '\0';
	*ret = text;
	*ret_n = n;
	return EXIT_OK;
}
