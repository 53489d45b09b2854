/* leadscore rescore: starts a rescore by hand, or joins the one that is under way. The work is done by the running
 * services. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entries.h"
#include "store/job_chunk.h"
#include "watch.h"

const struct option rescore_options[] = {
    {"--workspace", "NAME", "whose leads; a name or an id; not needed where there is one workspace only", false},
    {"--model", "VERSION", "under which version: the active one of a line, or a shadow; without it the workspace's own",
	false},
    {"--all", NULL, "replay also leads that are under this version already", false},
    {"--watch", NULL, "show how far it is until it ends", false},
    {0},
};
const char rescore_notes[] =
    "Prints the job's id. Activating a model starts a rescore by itself; by hand it is of use after a database was "
    "restored, or to see\n"
    "whether every lead is as a replay of its events says. One that is under way already is joined. A running service "
    "does the work,\n"
    "and the end of this program does not end it.";

static int read_version(const struct invocation *in, int64_t active, int64_t *ret)
{
	const char *text = invocation_value(in, "--model");
	char *end = NULL;
	*ret = text ? strtoll(text, &end, 10) : active;
	if (text && (end == text || *end || *ret < 1)) {
		complain("--model: \"%s\" is not a version's number", text);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* An open rescore of this version, if there is one. */
static enum status under_way(
    struct db *db, const struct uuid *workspace, int64_t version, bool *ret_found, struct uuid *ret, struct err *e)
{
	struct arena *arena = arena_new(0);
	enum status s = ST_OK;
	*ret_found = false;
	for (size_t i = 0; s == ST_OK && !*ret_found && i < 2; i++) {
		struct job_filter f = {.state = i ? "running" : "waiting", .kind = "rescore", .limit = 200};
		struct job_row *rows;
		size_t n = 0;
		bool more;
		s = store_job_list(db, workspace, &f, arena, &rows, &n, &more, e);
		for (size_t k = 0; s == ST_OK && k < n; k++)
			if (rows[k].model_version == version) {
				*ret_found = true;
				*ret = rows[k].id;
			}
	}
	arena_free(&arena);
	return s;
}

static int begin(const struct invocation *in, struct db *db, const struct workspace_row *w, struct uuid *ret)
{
	struct err e = {0};
	int64_t version;
	enum rescore_role role;
	int64_t segments;
	bool found = false;
	int code = read_version(in, w->active_model, &version);
	if (code != EXIT_OK)
		return code;
	if (store_rescore_role(db, &w->id, version, &role, &segments, &e) != ST_OK)
		return fail(&e);
	if (role == RESCORE_NONE) {
		complain("version %lld of the model is not in use: nothing is scored under it", (long long)version);
		return EXIT_STATE;
	}
	if (under_way(db, &w->id, version, &found, ret, &e) != ST_OK)
		return fail(&e);
	if (found) {
		fprintf(stderr, "a rescore under version %lld is under way already\n", (long long)version);
		return EXIT_OK;
	}
	char input[80];
	snprintf(input, sizeof input, "{\"role\":\"%s\",\"all\":%s}", role == RESCORE_PRIMARY ? "primary" : "other",
	    invocation_value(in, "--all") ? "true" : "false");
	if (store_job_add(db, &w->id, "rescore", version, input, clock_now(&clock_system), ret, &e) != ST_OK)
		return fail(&e);
	return EXIT_OK;
}

int rescore_command_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct workspace_row w;
	struct uuid id;
	int code = open_database(in, &db);
	if (code == EXIT_OK)
		code = find_workspace_or_only(in, db, &w);
	if (code == EXIT_OK)
		code = begin(in, db, &w, &id);
	if (code == EXIT_OK) {
		char out[UUID_TEXT_MAX];
		uuid_format(&id, out);
		printf("%s\n", out);
		fflush(stdout);
		if (invocation_value(in, "--watch"))
			code = watch_job(in, &db, &w.id, &id);
	}
	db_close(&db);
	return code;
}
