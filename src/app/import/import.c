/* leadscore import */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../entries.h"
#include "base/log.h"
#include "mapping.h"
#include "pipeline.h"
#include "progress.h"
#include "report.h"
#include "state.h"
#include "store/migrations.h"

#define STATE_US (INT64_C(1000) * 1000)
#define REFUSALS_SHOWN 10 /* on standard error, when no report is written */

const struct option import_options[] = {
    {"--map", "MAP.json", "what the columns mean (docs/import.md)", false},
    {"--workspace", "NAME", "into which workspace; a name or an id", false},
    {"--dry-run", NULL, "look at every row and store nothing", false},
    {"--report", "FILE", "write refused rows there with line and reason: CSV, or NDJSON if the name ends in .ndjson",
	false},
    {"--resume", NULL, "only go on with an import that was broken off", false},
    {"--restart", NULL, "begin at the first row, also if an import was broken off", false},
    {"--strict", NULL, "exit 1 if any row was refused", false},
    {0},
};
const char import_notes[] = "Rows go the way of events over HTTP: checked, stored once, scored. A row that cannot be "
			    "taken is refused and the others go on. An import\n"
			    "that is broken off goes on where it was when it is started again; rows stored already are "
			    "counted as duplicates and change nothing.\n"
			    "Counts are printed on standard output, progress and problems on standard error.";

struct import {
	const struct invocation *in;
	struct mapping *mapping;
	char *mapping_text;
	size_t mapping_n;
	int fd;
	uint64_t size;
	struct workspace_row workspace;
	struct ingest *ingest;
	struct csv *csv;
	struct pipeline *pipeline;
	struct report *report;
	struct import_mark mark;
	struct import_state state;
	struct progress progress;
	bool keeps_state, dry;
	int64_t state_us;
	unsigned shown;
};

static atomic_bool interrupted;

static void interrupt(int number)
{
	(void)number;
	atomic_store(&interrupted, true);
}

static ssize_t read_fd(void *ctx, void *to, size_t n)
{
	ssize_t got;
	do
		got = read(*(const int *)ctx, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* "MAP.json: /lead/email: ..." */
static int fail_mapping(const struct import *x, const struct err *e)
{
	complain("%s: %s%s%s", invocation_value(x->in, "--map"), e->pointer, *e->pointer ? ": " : "", e->detail);
	return EXIT_USAGE;
}

static int open_file(struct import *x)
{
	const char *path = x->in->operand[0];
	struct stat st;
	x->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (x->fd < 0 || fstat(x->fd, &st) != 0) {
		complain("cannot read %s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	if (!S_ISREG(st.st_mode)) {
		complain("%s is not a file", path);
		return EXIT_FAILED;
	}
	x->size = (uint64_t)st.st_size;
	return EXIT_OK;
}

static int open_mapping(struct import *x)
{
	const char *path = invocation_value(x->in, "--map");
	struct err e = {0};
	if (!path) {
		complain("what do the columns mean? Add --map MAP.json");
		return EXIT_USAGE;
	}
	int code = read_whole_file(path, MAPPING_FILE_MAX, &x->mapping_text, &x->mapping_n);
	if (code == EXIT_OK && mapping_parse(x->mapping_text, x->mapping_n, &x->mapping, &e) != ST_OK)
		code = fail_mapping(x, &e);
	return code;
}

/* A reader from the file's beginning, or from a row in its middle. */
static int open_csv(struct import *x, uint64_t offset, uint64_t line)
{
	const struct csv_config config = {
	    .read = read_fd, .ctx = &x->fd, .delimiter = mapping_delimiter(x->mapping), .offset = offset, .line = line};
	struct err e = {0};
	csv_free(&x->csv);
	if (lseek(x->fd, (off_t)offset, SEEK_SET) < 0) {
		complain("cannot read %s: %s", x->in->operand[0], strerror(errno));
		return EXIT_FAILED;
	}
	return csv_new(&config, &x->csv, &e) == ST_OK ? EXIT_OK : fail(&e);
}

/* Reads the header and finds the mapping's columns in it. */
static int bind_columns(struct import *x)
{
	struct err e = {0};
	struct csv_row header;
	int code = open_csv(x, 0, 0);
	if (code != EXIT_OK)
		return code;
	if (!mapping_has_header(x->mapping))
		return mapping_bind(x->mapping, NULL, &e) == ST_OK ? EXIT_OK : fail_mapping(x, &e);
	switch (csv_next(x->csv, &header, &e)) {
	case CSV_ROW:
		return mapping_bind(x->mapping, &header, &e) == ST_OK ? EXIT_OK : fail_mapping(x, &e);
	case CSV_END:
		complain("%s is empty: there is no header", x->in->operand[0]);
		return EXIT_FAILED;
	default:
		complain("%s:1: %s", x->in->operand[0], e.detail);
		return EXIT_FAILED;
	}
}

static int open_workspace(struct import *x)
{
	struct db *db = NULL;
	struct err e = {0};
	int code = open_database(x->in, &db);
	if (code == EXIT_OK && store_schema_check(db, &e) != ST_OK)
		code = fail(&e);
	if (code == EXIT_OK)
		code = find_workspace(x->in, db, &x->workspace);
	db_close(&db);
	return code;
}

/* Where to begin: after the rows that an import that was broken off has settled, or at the first. */
static int find_beginning(struct import *x)
{
	const char *report = invocation_value(x->in, "--report");
	struct err e = {0};
	x->keeps_state = !x->dry;
	if (x->keeps_state) {
		if (state_mark(x->in->operand[0], x->size, x->mapping_text, x->mapping_n, &x->workspace.id, report,
			&x->mark, &e) != ST_OK)
			return fail(&e);
		bool going_on = !invocation_value(x->in, "--restart") && state_read(&x->mark, &x->state, &e) == ST_OK;
		if (going_on)
			fprintf(stderr, "going on behind row %llu, line %llu (--restart begins anew)\n",
			    (unsigned long long)x->state.counts.rows, (unsigned long long)x->state.line - 1);
		else if (invocation_value(x->in, "--resume"))
			return fail(&e);
		if (going_on && open_csv(x, x->state.offset, x->state.line) != EXIT_OK)
			return EXIT_FAILED;
	}
	if (report && report_open(report, x->state.report_bytes, &x->report, &e) != ST_OK)
		return fail(&e);
	return EXIT_OK;
}

static void refused(void *ctx, uint64_t line, const struct err *why, const char *raw, size_t raw_n)
{
	struct import *x = ctx;
	if (x->report) {
		report_refused(x->report, line, why, raw, raw_n);
		return;
	}
	if (x->shown++ == REFUSALS_SHOWN)
		fprintf(stderr, "further refused rows are not shown; --report FILE writes all of them\n");
	if (x->shown > REFUSALS_SHOWN)
		return;
	progress_end(&x->progress);
	fprintf(stderr, "line %llu: %s%s%s\n", (unsigned long long)line, why->pointer, *why->pointer ? ": " : "",
	    *why->detail ? why->detail : status_name(why->status));
}

static void keep_state(struct import *x)
{
	struct err e = {0};
	if (!x->keeps_state)
		return;
	enum status s = x->report ? report_flush(x->report, &x->state.report_bytes, &e) : ST_OK;
	if (s == ST_OK)
		s = state_write(&x->mark, &x->state, &e);
	x->state_us = monotonic_us();
	if (s == ST_OK)
		return;
	progress_end(&x->progress);
	complain("%s; the import goes on, but cannot be resumed", e.detail);
	x->keeps_state = false;
}

static void settled(void *ctx, uint64_t offset, uint64_t line, const struct counts *sum)
{
	struct import *x = ctx;
	x->state.offset = offset;
	x->state.line = line;
	x->state.counts = *sum;
	if (monotonic_us() - x->state_us > STATE_US)
		keep_state(x);
	progress_show(&x->progress, offset, sum);
}

static bool stopping(void *ctx)
{
	(void)ctx;
	return atomic_load(&interrupted);
}

static int run_rows(struct import *x)
{
	const char *country = mapping_country(x->mapping);
	const struct ingest_config machine = {.database_url = x->in->settings.database_url,
	    .lanes = x->in->settings.lanes,
	    .batch_max = x->in->settings.batch_max,
	    .queue_max = x->in->settings.queue_max};
	struct err e = {0};
	enum status s = x->dry ? ST_OK : ingest_start(&machine, &x->ingest, &e);
	const struct pipeline_config config = {.ingest = x->ingest,
	    .mapping = x->mapping,
	    .workspace = x->workspace.id,
	    .country = country ? country : x->workspace.country,
	    .refused = refused,
	    .settled = settled,
	    .stopping = stopping,
	    .ctx = x};
	if (s == ST_OK)
		s = pipeline_new(&config, &x->pipeline, &e);
	if (s != ST_OK)
		return fail(&e);
	struct counts sum = x->state.counts;
	progress_begin(&x->progress, x->state.offset, x->size, sum.rows);
	x->state_us = monotonic_us();
	s = pipeline_run(x->pipeline, x->csv, &sum, &e);
	progress_end(&x->progress);
	if (s == ST_OK) {
		if (x->report && report_flush(x->report, &x->state.report_bytes, &e) != ST_OK)
			return fail(&e);
		if (x->keeps_state)
			state_remove(&x->mark);
		return EXIT_OK;
	}
	keep_state(x);
	complain("%s%s", e.detail, x->keeps_state ? "; the same command goes on from here" : "");
	return EXIT_FAILED;
}

static int print_counts(const struct import *x)
{
	const struct counts *c = &x->state.counts;
	printf("rows        %llu\n", (unsigned long long)c->rows);
	if (x->dry)
		printf("good        %llu\n", (unsigned long long)(c->rows - c->refused));
	else
		printf("created     %llu\nupdated     %llu\nduplicates  %llu\n", (unsigned long long)c->created,
		    (unsigned long long)c->updated, (unsigned long long)c->duplicates);
	printf("refused     %llu\n", (unsigned long long)c->refused);
	if (c->refused && x->report)
		fprintf(stderr, "refused rows are in %s\n", invocation_value(x->in, "--report"));
	return c->refused && invocation_value(x->in, "--strict") ? EXIT_FAILED : EXIT_OK;
}

int import_run(const struct invocation *in)
{
	struct import x = {.in = in, .fd = -1, .dry = invocation_value(in, "--dry-run") != NULL};
	if (invocation_value(in, "--resume") && invocation_value(in, "--restart")) {
		complain("--resume or --restart, not both");
		return EXIT_USAGE;
	}
	log_set_level(LOG_ERROR);
	int code = open_mapping(&x);
	if (code == EXIT_OK)
		code = open_file(&x);
	if (code == EXIT_OK)
		code = bind_columns(&x);
	if (code == EXIT_OK)
		code = open_workspace(&x);
	if (code == EXIT_OK)
		code = find_beginning(&x);
	if (code == EXIT_OK) {
		/* The first Ctrl-C ends in order, the second at once. */
		struct sigaction act = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
		sigemptyset(&act.sa_mask);
		sigaction(SIGINT, &act, NULL);
		sigaction(SIGTERM, &act, NULL);
		code = run_rows(&x);
		int strict = print_counts(&x);
		code = code == EXIT_OK ? strict : code;
	}
	pipeline_free(&x.pipeline);
	ingest_stop(&x.ingest);
	csv_free(&x.csv);
	report_close(&x.report);
	mapping_free(&x.mapping);
	free(x.mapping_text);
	if (x.fd >= 0)
		close(x.fd);
	return code;
}
