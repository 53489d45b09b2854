/* leadscore export */
#include "api/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "entries.h"
#include "store/migrations.h"

const struct option export_options[] = {
    {"--workspace", "NAME", "of which workspace; a name or an id", false},
    {"--format", "FORMAT", "ndjson (default), or csv", false},
    {"--bom", NULL, "of CSV: begin with a byte order mark, by which Excel knows UTF-8", false},
    {"--output", "FILE", "write there, readable by you alone; standard output otherwise", false},
    {0},
};
const char export_notes[] =
    "WHAT is leads, events or transitions. Everything is as of one instant. Events are the whole history; `leadscore "
    "import` of them into an\n"
    "empty workspace makes the same leads under the same ids. Cells of CSV that a spreadsheet would take for a formula "
    "begin with a quote ',\n"
    "which import takes away again (docs/bulk.md).";

static bool put(void *ctx, const char *s, size_t n)
{
	return fwrite(s, 1, n, ctx) == n;
}

static int choose(const struct invocation *in, struct export_config *c)
{
	static const char *const names[] = {"leads", "events", "transitions", NULL};
	const char *what = in->operand[0], *format = invocation_value(in, "--format");
	size_t i = 0;
	while (names[i] && strcmp(names[i], what) != 0)
		i++;
	if (!names[i]) {
		complain("%s is none of leads, events and transitions", what);
		return EXIT_USAGE;
	}
	if (format && strcmp(format, "csv") != 0 && strcmp(format, "ndjson") != 0) {
		complain("--format is csv or ndjson");
		return EXIT_USAGE;
	}
	c->what = (enum export_what)i;
	c->csv = format && !strcmp(format, "csv");
	c->bom = invocation_value(in, "--bom") != NULL;
	if (c->bom && !c->csv) {
		complain("--bom is for CSV");
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* Personal data: for nobody else to read. */
static FILE *open_output(const char *path)
{
	mode_t was = umask(0077);
	FILE *f = fopen(path, "we");
	umask(was);
	if (!f)
		complain("cannot write %s: %s", path, strerror(errno));
	return f;
}

static int close_output(FILE *f, const char *path, bool good)
{
	bool written = fflush(f) == 0 && !ferror(f);
	int why = errno;
	if (f != stdout && fclose(f) != 0)
		written = false;
	if (good && !written)
		complain("cannot write %s: %s", path ? path : "to standard output", strerror(why));
	return good && written ? EXIT_OK : EXIT_FAILED;
}

int export_command_run(const struct invocation *in)
{
	struct export_config c = {0};
	struct workspace_row workspace;
	struct db *db = NULL;
	struct err e = {0};
	uint64_t rows = 0;
	const char *path = invocation_value(in, "--output");
	int code = choose(in, &c);
	if (code == EXIT_OK)
		code = open_database(in, &db);
	if (code == EXIT_OK && store_schema_check(db, &e) != ST_OK)
		code = fail(&e);
	if (code == EXIT_OK)
		code = find_workspace(in, db, &workspace);
	FILE *f = code == EXIT_OK ? path ? open_output(path) : stdout : NULL;
	if (code == EXIT_OK && !f)
		code = EXIT_FAILED;
	if (code == EXIT_OK) {
		c.workspace = workspace.id;
		c.write = put;
		c.ctx = f;
		bool good = export_run(db, &c, &rows, &e) == ST_OK;
		if (!good && strcmp(e.code, "interrupted") != 0)
			fail(&e);
		code = close_output(f, path, good || !strcmp(e.code, "interrupted"));
		if (code == EXIT_OK)
			fprintf(stderr, "%llu %s\n", (unsigned long long)rows, in->operand[0]);
	}
	db_close(&db);
	return code;
}
