/* leadscore import */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../entries.h"
#include "base/json.h"
#include "base/log.h"
#include "decode.h"
#include "ingest/clean.h"
#include "mapping.h"
#include "progress.h"
#include "report.h"
#include "rows.h"
#include "state.h"
#include "store/migrations.h"
#include "store/workspace.h"
#include "wizard.h"

#define STATE_US (INT64_C(1000) * 1000)
#define REFUSALS_SHOWN 10 /* on standard error, when no report is written */

const struct option import_options[] = {
    {"--map", "MAP.json",
	"what the columns of a CSV file mean (docs/import.md); without it they are guessed, shown and asked about",
	false},
    {"--format", "FORMAT", "csv or ndjson; by the file's name otherwise (.ndjson, .jsonl: lines of JSON)", false},
    {"--encoding", "NAME", "what the file is written in: UTF-8, GB18030, UTF-16, ...; found out otherwise", false},
    {"--yes", NULL, "take the guessed mapping without asking", false},
    {"--print-mapping", NULL, "print the guessed mapping, to be kept, corrected and given as --map; store nothing",
	false},
    {"--idempotency-key", "KEY", "of NDJSON: makes lines the same that have no event_id, by their number", false},
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
	bool lines; /* NDJSON */
	struct mapping *mapping;
	char *mapping_text; /* of NDJSON, the Idempotency-Key */
	size_t mapping_n;
	struct decode *file;
	struct workspace_row workspace;
	unsigned without;
	struct ingest *ingest;
	struct rows *rows;
	struct bulk *bulk;
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

/* "MAP.json: /lead/email: ..." */
static int fail_mapping(const struct import *x, const struct err *e)
{
	const char *path = invocation_value(x->in, "--map");
	complain("%s%s%s%s%s", path ? path : "", path ? ": " : "", e->pointer, *e->pointer ? ": " : "", e->detail);
	return EXIT_USAGE;
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && !strcmp(s + n - m, end);
}

static int choose_format(struct import *x)
{
	const char *format = invocation_value(x->in, "--format"), *path = x->in->operand[0];
	if (format && strcmp(format, "csv") != 0 && strcmp(format, "ndjson") != 0) {
		complain("--format is csv or ndjson");
		return EXIT_USAGE;
	}
	x->lines = format ? !strcmp(format, "ndjson") : ends_in(path, ".ndjson") || ends_in(path, ".jsonl");
	if (!x->lines && !strcmp(path, "-")) {
		complain("standard input is read as lines of JSON only: add --format ndjson");
		return EXIT_USAGE;
	}
	if (x->lines && invocation_value(x->in, "--map")) {
		complain("--map is for CSV files");
		return EXIT_USAGE;
	}
	if (!x->lines && invocation_value(x->in, "--idempotency-key")) {
		complain("--idempotency-key is for NDJSON; rows of CSV have ids of their own");
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

static int open_file(struct import *x)
{
	struct err e = {0};
	enum status s = decode_open(x->in->operand[0], invocation_value(x->in, "--encoding"), &x->file, &e);
	return s == ST_OK ? EXIT_OK : fail(&e);
}

static int open_mapping(struct import *x)
{
	const char *path = invocation_value(x->in, "--map");
	struct err e = {0};
	if (x->lines) {
		const char *key = invocation_value(x->in, "--idempotency-key");
		x->mapping_text = strdup(key ? key : "");
		x->mapping_n = x->mapping_text ? strlen(x->mapping_text) : 0;
		return x->mapping_text ? EXIT_OK : EXIT_FAILED;
	}
	int code = path ? read_whole_file(path, MAPPING_FILE_MAX, &x->mapping_text, &x->mapping_n)
			: wizard_run(x->in, x->file, x->workspace.country, &x->mapping_text, &x->mapping_n);
	if (code == EXIT_OK && mapping_parse(x->mapping_text, x->mapping_n, &x->mapping, &e) != ST_OK)
		code = fail_mapping(x, &e);
	return code;
}

/* Rows from the file's beginning, or from one in its middle. */
static int open_rows(struct import *x, uint64_t offset, uint64_t line)
{
	struct err e = {0};
	rows_close(&x->rows);
	return rows_open(x->file, x->mapping, offset, line, &x->rows, &e) == ST_OK ? EXIT_OK : fail(&e);
}

/* Reads the header and finds the mapping's columns in it. */
static int bind_columns(struct import *x)
{
	struct err e = {0};
	struct csv_row header;
	int code = open_rows(x, 0, 0);
	if (code != EXIT_OK || x->lines)
		return code;
	if (!mapping_has_header(x->mapping))
		return mapping_bind(x->mapping, NULL, &e) == ST_OK ? EXIT_OK : fail_mapping(x, &e);
	switch (rows_header(x->rows, &header, &e)) {
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

/* What of cleaning the workspace leaves out. */
static enum status read_cleaning(struct import *x, struct db *db, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct workspace_settings settings;
	json_t *document = NULL;
	enum status s = arena ? store_workspace_settings(db, &x->workspace.id, arena, &settings, e)
			      : err_set(e, ST_NOMEM, NULL, "out of memory");
	if (s == ST_OK && settings.cleaning)
		s = json_read(settings.cleaning, strlen(settings.cleaning), NULL, &document, e);
	if (s == ST_OK)
		s = clean_settings(document, &x->without, e);
	json_decref(document);
	arena_free(&arena);
	return s;
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
	if (code == EXIT_OK && read_cleaning(x, db, &e) != ST_OK)
		code = fail(&e);
	db_close(&db);
	return code;
}

/* Where to begin: after the rows that an import that was broken off has settled, or at the first. */
static int find_beginning(struct import *x)
{
	const char *report = invocation_value(x->in, "--report");
	struct err e = {0};
	x->keeps_state = !x->dry && decode_seekable(x->file);
	if (x->keeps_state) {
		if (state_mark(x->in->operand[0], decode_size(x->file), x->mapping_text, x->mapping_n, &x->workspace.id,
			report, &x->mark, &e) != ST_OK)
			return fail(&e);
		bool going_on = !invocation_value(x->in, "--restart") && state_read(&x->mark, &x->state, &e) == ST_OK;
		if (going_on)
			fprintf(stderr, "going on behind row %llu, line %llu (--restart begins anew)\n",
			    (unsigned long long)x->state.counts.rows, (unsigned long long)x->state.line - 1);
		else if (invocation_value(x->in, "--resume"))
			return fail(&e);
		if (going_on && open_rows(x, x->state.offset, x->state.line) != EXIT_OK)
			return EXIT_FAILED;
	}
	if (report && report_open(report, x->state.report_bytes, &x->report, &e) != ST_OK)
		return fail(&e);
	return EXIT_OK;
}

static void row_settled(void *ctx, const struct bulk_settled *r)
{
	struct import *x = ctx;
	const struct err *why = r->why;
	if (!why)
		return;
	if (x->report) {
		report_refused(x->report, r->line, why, r->raw, r->raw_n);
		return;
	}
	if (x->shown++ == REFUSALS_SHOWN)
		fprintf(stderr, "further refused rows are not shown; --report FILE writes all of them\n");
	if (x->shown > REFUSALS_SHOWN)
		return;
	progress_end(&x->progress);
	fprintf(stderr, "line %llu: %s%s%s\n", (unsigned long long)r->line, why->pointer, *why->pointer ? ": " : "",
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

static void settled(void *ctx, uint64_t offset, uint64_t line, const struct bulk_counts *sum)
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
	const char *country = x->mapping ? mapping_country(x->mapping) : NULL;
	const struct ingest_config machine = {.database_url = x->in->settings.database_url,
	    .lanes = x->in->settings.lanes,
	    .batch_max = x->in->settings.batch_max,
	    .queue_max = x->in->settings.queue_max};
	struct err e = {0};
	enum status s = x->dry ? ST_OK : ingest_start(&machine, &x->ingest, &e);
	const struct bulk_config config = {.ingest = x->ingest,
	    .without = x->without,
	    .idempotency_key = invocation_value(x->in, "--idempotency-key"),
	    .workspace = x->workspace.id,
	    .country = country ? country : x->workspace.country,
	    .row = row_settled,
	    .settled = settled,
	    .stopping = stopping,
	    .ctx = x};
	if (s == ST_OK)
		s = bulk_new(&config, &x->bulk, &e);
	if (s != ST_OK)
		return fail(&e);
	struct bulk_counts sum = x->state.counts;
	progress_begin(&x->progress, x->state.offset, decode_size(x->file), sum.rows);
	x->state_us = monotonic_us();
	const struct bulk_source source = rows_source(x->rows);
	s = bulk_run(x->bulk, &source, &sum, &e);
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
	const struct bulk_counts *c = &x->state.counts;
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
	struct import x = {.in = in, .dry = invocation_value(in, "--dry-run") != NULL};
	if (invocation_value(in, "--resume") && invocation_value(in, "--restart")) {
		complain("--resume or --restart, not both");
		return EXIT_USAGE;
	}
	log_set_level(LOG_ERROR);
	int code = choose_format(&x);
	if (code == EXIT_OK)
		code = open_file(&x);
	/* What a phone number without a country is depends on the workspace, and so does a guess. */
	if (code == EXIT_OK && !x.lines && !invocation_value(in, "--map") && !invocation_value(in, "--print-mapping"))
		code = open_workspace(&x);
	if (code == EXIT_OK)
		code = open_mapping(&x);
	if (code == EXIT_OK && invocation_value(in, "--print-mapping")) {
		fwrite(x.mapping_text, 1, x.mapping_n, stdout);
		goto out;
	}
	if (code == EXIT_OK)
		code = bind_columns(&x);
	if (code == EXIT_OK && !*x.workspace.country)
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
out:
	bulk_free(&x.bulk);
	ingest_stop(&x.ingest);
	rows_close(&x.rows);
	report_close(&x.report);
	mapping_free(&x.mapping);
	free(x.mapping_text);
	decode_close(&x.file);
	return code;
}
