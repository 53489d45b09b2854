/* leadscore model simulate | backtest: begins a preview, and on request waits for it and shows what came of it. The
 * work is done by the running services. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "entries.h"
#include "preview_report.h"
#include "store/job.h"
#include "store/preview.h"
#include "watch.h"

#define WORKSPACE                                                                                                      \
	{                                                                                                              \
		"--workspace", "NAME", "whose leads; a name or an id; not needed where there is one workspace only",   \
		    false                                                                                              \
	}
#define COMMON                                                                                                         \
	{"--compare-to", "VERSION", "the version beside it; without it the active one", false},                        \
	    {"--sample", "PART", "a share of the base (0.1), or so many leads (5000); without it all", false},         \
	    {"--seed", "N", "which sample; 1 without it", false},                                                      \
	    {"--watch", NULL, "show how far it is until it ends, then what came of it", false},                        \
	{                                                                                                              \
		"--json", NULL, "with --watch: print the result as JSON", false                                        \
	}

const struct option model_simulate_options[] = {
    WORKSPACE,
    COMMON,
    {"--capacity", "N", "how many leads a week sales can take", false},
    {"--names", "N", "most leads to name of those that gain MQL, and of those that lose it; 50 without it", false},
    {0},
};
const struct option model_backtest_options[] = {
    WORKSPACE,
    COMMON,
    {"--from", "TIME", "outcomes from here (RFC 3339); a year before --to without it", false},
    {"--to", "TIME", "outcomes up to here; now without it", false},
    {"--horizon", "DURATION", "how long before its outcome a lead is scored; P7D without it", false},
    {"--known-by", "WHICH", "received or occurred: which events were known at an instant; told by the data without it",
	false},
    {0},
};
const char model_preview_notes[] = "Prints the job's id; with --watch also a report. A running service does the work, "
				   "and the end of this program does "
				   "not end it.\n"
				   "Over HTTP: POST /v1/models/{version}/simulate and /backtest.";

/* A number within bounds; absent: *ret stays. */
static bool take_number(
    const struct invocation *in, const char *option, double low, double high, bool whole, double *ret)
{
	const char *s = invocation_value(in, option);
	char *end = NULL;
	if (!s)
		return true;
	double x = strtod(s, &end);
	if (end == s || *end || !(x >= low && x <= high) || (whole && x != (double)(int64_t)x)) {
		complain(
		    "%s: \"%s\" is not a %snumber from %.10g to %.10g", option, s, whole ? "whole " : "", low, high);
		return false;
	}
	*ret = x;
	return true;
}

static bool put(json_t *in, const char *key, json_t *value)
{
	return json_object_set_new(in, key, value) == 0;
}

static bool put_sample(const struct invocation *in, json_t *wish)
{
	double x = 0;
	if (!take_number(in, "--sample", 1e-9, 1e9, false, &x))
		return false;
	if (x == 0)
		return true;
	if (x > 1 && x != (double)(int64_t)x) {
		complain("--sample: a number of leads is a whole one");
		return false;
	}
	return put(wish, "sample", x > 1 ? json_pack("{s:I}", "leads", (json_int_t)x) : json_pack("{s:f}", "share", x));
}

static bool put_simulation(const struct invocation *in, json_t *wish)
{
	double capacity = -1, names = 50;
	return take_number(in, "--capacity", 0, 1e6, false, &capacity) &&
	       take_number(in, "--names", 0, 500, true, &names) &&
	       put(wish, "names", json_integer((json_int_t)names)) &&
	       (capacity < 0 || put(wish, "capacity_per_week", json_real(capacity)));
}

static bool take_time(const struct invocation *in, const char *option, int64_t *ret)
{
	const char *s = invocation_value(in, option);
	if (!s || instant_parse(s, strlen(s), ret))
		return true;
	complain("%s: \"%s\" is not a time such as 2026-03-01T09:30:00Z", option, s);
	return false;
}

static bool put_backtest(const struct invocation *in, json_t *wish)
{
	const char *horizon = invocation_value(in, "--horizon"), *known = invocation_value(in, "--known-by");
	int64_t to = clock_now(&clock_system), from = INSTANT_NEVER, ms;
	char text[2][INSTANT_TEXT_MAX];
	if (!horizon)
		horizon = "P7D";
	if (!duration_parse(horizon, strlen(horizon), &ms) || ms > 365 * MS_DAY) {
		complain("--horizon: \"%s\" is not a duration of at most P365D", horizon);
		return false;
	}
	if (known && strcmp(known, "received") != 0 && strcmp(known, "occurred") != 0) {
		complain("--known-by: received or occurred");
		return false;
	}
	if (!take_time(in, "--to", &to) || !take_time(in, "--from", &from))
		return false;
	if (from == INSTANT_NEVER)
		from = to - 365 * MS_DAY;
	if (from >= to) {
		complain("--from lies before --to");
		return false;
	}
	instant_format(from, text[0]);
	instant_format(to, text[1]);
	return put(wish, "horizon", json_string(horizon)) && put(wish, "from", json_string(text[0])) &&
	       put(wish, "to", json_string(text[1])) && (!known || put(wish, "known_by", json_string(known)));
}

static int begin(const struct invocation *in, struct db *db, const struct workspace_row *w, const char *kind,
    int64_t version, json_t *wish, struct uuid *ret)
{
	struct err e = {0};
	double named = 0;
	int64_t usual;
	bool exists;
	if (!take_number(in, "--compare-to", 1, 9e15, true, &named))
		return EXIT_USAGE;
	if (store_preview_models(db, &w->id, version, (int64_t)named, &usual, &exists, &e) != ST_OK)
		return fail(&e);
	if ((named != 0 && !exists) || (named == 0 && !usual)) {
		if (named != 0)
			complain("there is no version %.0f of the model", named);
		else
			complain("no version of the model is active; name one by --compare-to");
		return EXIT_STATE;
	}
	struct buf input = BUF_INIT;
	if (!put(wish, "compare_to", json_integer(named != 0 ? (json_int_t)named : usual)) ||
	    !json_write(wish, false, &input) || !buf_ok(&input))
		err_set(&e, ST_NOMEM, NULL, "out of memory");
	else
		(void)store_job_add(db, &w->id, kind, version, input.data, clock_now(&clock_system), ret, &e);
	buf_free(&input);
	return e.status == ST_OK ? EXIT_OK : fail(&e);
}

static int show(const struct invocation *in, struct db *db, const struct uuid *workspace, const struct uuid *id)
{
	struct err e = {0};
	struct job_row j;
	if (store_job_read(db, workspace, id, &j, &e) != ST_OK)
		return fail(&e);
	json_t *result = json_loads(j.result ? j.result : "{}", 0, NULL);
	if (invocation_value(in, "--json")) {
		json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
		putchar('\n');
	} else if (!strcmp(j.kind, "simulate")) {
		print_simulation(result);
	} else {
		print_backtest(result);
	}
	json_decref(result);
	return EXIT_OK;
}

static int run(const struct invocation *in, const char *kind, bool (*fill)(const struct invocation *in, json_t *wish))
{
	struct db *db = NULL;
	struct workspace_row w;
	struct uuid id;
	char *end = NULL, text[UUID_TEXT_MAX];
	int64_t version = strtoll(in->operand[0], &end, 10);
	double seed = 1;
	if (end == in->operand[0] || *end || version < 1) {
		complain("\"%s\" is not a version's number", in->operand[0]);
		return EXIT_USAGE;
	}
	json_t *wish = json_object();
	bool good = take_number(in, "--seed", 0, 9007199254740991, true, &seed) &&
		    put(wish, "seed", json_integer((json_int_t)seed)) && put_sample(in, wish) && fill(in, wish);
	int code = good ? open_database(in, &db) : EXIT_USAGE;
	if (code == EXIT_OK)
		code = find_workspace_or_only(in, db, &w);
	if (code == EXIT_OK)
		code = begin(in, db, &w, kind, version, wish, &id);
	if (code == EXIT_OK) {
		bool watch = invocation_value(in, "--watch") != NULL;
		uuid_format(&id, text);
		fprintf(watch ? stderr : stdout, "%s\n", text);
		fflush(stdout);
		if (watch)
			code = watch_job(in, &db, &w.id, &id);
		if (watch && code == EXIT_OK)
			code = show(in, db, &w.id, &id);
	}
	json_decref(wish);
	db_close(&db);
	return code;
}

int model_simulate_run(const struct invocation *in)
{
	return run(in, "simulate", put_simulation);
}

int model_backtest_run(const struct invocation *in)
{
	return run(in, "backtest", put_backtest);
}
