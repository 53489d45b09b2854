/* leadscore model list | validate | create | shadow | activate | retire | rollback | diff: the same words as over HTTP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "entries.h"
#include "ingest/model_document.h"
#include "model.h"
#include "scoring/review.h"
#include "store/model.h"

#define WORKSPACE                                                                                                      \
	{                                                                                                              \
		"--workspace", "NAME", "whose model; a name or an id", false                                           \
	}
#define TRANSITIONS                                                                                                    \
	{                                                                                                              \
		"--transitions", "raise|hold|quiet", "what becomes of the moves that the change makes (raise)", false  \
	}

const struct option model_list_options[] = {WORKSPACE, {"--line", "LINE", "only versions of this line", false},
    {"--state", "STATE", "only versions in this state: draft, shadow, active or retired", false}, {0}};
const struct option model_validate_options[] = {WORKSPACE, {0}};
const struct option model_create_options[] = {WORKSPACE, {"--line", "LINE", "the line it belongs to (default)", false},
    {"--based-on", "VERSION", "the version that it was made from", false}, {"--note", "TEXT", "what it is for", false},
    {0}};
const struct option model_change_options[] = {WORKSPACE, {0}};
const struct option model_activate_options[] = {WORKSPACE, TRANSITIONS, {"--note", "TEXT", "why", false}, {0}};
const struct option model_rollback_options[] = {WORKSPACE,
    {"--line", "LINE", "the line that goes back; without it the primary one", false}, TRANSITIONS,
    {"--note", "TEXT", "why", false}, {0}};
const struct option model_diff_options[] = {WORKSPACE, {"--language", "zh|en", "in which language (en)", false}, {0}};

/* A command at work: what it opened. */
struct desk {
	const struct invocation *in;
	struct db *db;
	struct arena *arena;
	struct workspace_row w;
	struct err e;
};

static int desk_open(struct desk *d, const struct invocation *in)
{
	*d = (struct desk){.in = in, .arena = arena_new(0)};
	if (!d->arena)
		return fail(&(struct err){.status = ST_NOMEM});
	int code = open_database(in, &d->db);
	return code == EXIT_OK ? find_workspace(in, d->db, &d->w) : code;
}

static int desk_close(struct desk *d, int code)
{
	db_close(&d->db);
	arena_free(&d->arena);
	return code;
}

static int read_version(const char *text, int64_t *ret)
{
	size_t n = strlen(text);
	if (n && n <= 18 && strspn(text, "0123456789") == n && (*ret = strtoll(text, NULL, 10)) > 0)
		return EXIT_OK;
	complain("\"%s\" is not a version's number; leadscore model list shows them", text);
	return EXIT_USAGE;
}

static int read_transitions(const struct invocation *in, const char **ret)
{
	const char *given = invocation_value(in, "--transitions");
	*ret = given ? given : "raise";
	if (!strcmp(*ret, "raise") || !strcmp(*ret, "hold") || !strcmp(*ret, "quiet"))
		return EXIT_OK;
	complain("--transitions: raise, hold or quiet, not \"%s\"", given);
	return EXIT_USAGE;
}

int model_list_run(const struct invocation *in)
{
	struct desk d;
	int code = desk_open(&d, in);
	struct model_filter f = {
	    .line = invocation_value(in, "--line"), .state = invocation_value(in, "--state"), .limit = 200};
	bool more = code == EXIT_OK;
	while (more) {
		struct model_row *rows;
		size_t n;
		if (store_model_list(d.db, &d.w.id, &f, d.arena, &rows, &n, &more, &d.e) != ST_OK) {
			code = fail(&d.e);
			break;
		}
		for (size_t i = 0; i < n; i++) {
			char at[INSTANT_TEXT_MAX];
			instant_format(rows[i].created_at, at);
			printf("%lld\t%s\t%s\t%s\t%s\n", (long long)rows[i].version, rows[i].line, rows[i].state,
			    rows[i].name, at);
			f.before = rows[i].version;
		}
	}
	return desk_close(&d, code);
}

static void say(const char *file, const char *what, const struct model_faults *f)
{
	for (size_t i = 0; i < f->count && i < MODEL_FAULTS_MAX; i++)
		complain("%s: %s%s: %s", file, what, f->fault[i].pointer, f->fault[i].detail);
	if (f->count > MODEL_FAULTS_MAX)
		complain("%s: and %zu more", file, f->count - MODEL_FAULTS_MAX);
}

/* The file's document, completed by the workspace; what is wrong with it, or hardly meant, is said. */
static int take_file(struct desk *d, const char *file, struct model_document *ret)
{
	static const struct json_limits limits = {.max_bytes = MODEL_FILE_MAX, .max_depth = 64, .max_tokens = 200000};
	char *text = NULL;
	size_t n;
	json_t *given = NULL;
	struct model_faults *faults = calloc(1, sizeof *faults);
	int code = faults ? read_whole_file(file, MODEL_FILE_MAX, &text, &n) : fail(&(struct err){.status = ST_NOMEM});
	if (code == EXIT_OK && json_read(text, n, &limits, &given, &d->e) != ST_OK)
		code = fail(&d->e);
	if (code == EXIT_OK && model_document_take(d->db, &d->w.id, given, d->arena, ret, faults, &d->e) != ST_OK) {
		if (faults->count)
			say(file, "", faults);
		code = faults->count ? EXIT_USAGE : fail(&d->e);
	}
	if (code == EXIT_OK) {
		model_review(ret->doc, faults);
		say(file, "warning: ", faults);
	}
	json_decref(given);
	free(faults);
	free(text);
	return code;
}

int model_validate_run(const struct invocation *in)
{
	struct desk d;
	struct model_document doc = {0};
	int code = desk_open(&d, in);
	if (code == EXIT_OK)
		code = take_file(&d, in->operand[0], &doc);
	if (code == EXIT_OK)
		fprintf(stderr, "%s: a good model\n", in->operand[0]);
	model_document_release(&doc);
	return desk_close(&d, code);
}

static struct model_author by_hand(void)
{
	return (struct model_author){NULL, clock_now(&clock_system)};
}

int model_create_run(const struct invocation *in)
{
	struct desk d;
	struct model_document doc = {0};
	const char *based_on = invocation_value(in, "--based-on");
	struct model_draft draft = {.line = invocation_value(in, "--line"), .note = invocation_value(in, "--note")};
	int code = desk_open(&d, in);
	if (code == EXIT_OK && based_on)
		code = read_version(based_on, &draft.based_on);
	if (code == EXIT_OK)
		code = take_file(&d, in->operand[0], &doc);
	if (code == EXIT_OK) {
		struct model_author by = by_hand();
		struct model_row m;
		draft.name = doc.name;
		draft.document = doc.text;
		draft.for_all = doc.for_all;
		if (store_model_create(d.db, &d.w.id, &draft, &by, false, d.arena, &m, &d.e) != ST_OK) {
			code = fail(&d.e);
		} else {
			printf("%lld\n", (long long)m.version);
			fprintf(stderr,
			    "a draft of the line \"%s\"; see how it would do with: leadscore model simulate\n", m.line);
		}
	}
	model_document_release(&doc);
	return desk_close(&d, code);
}

static void tell(const struct model_outcome *out)
{
	fprintf(stderr, "version %lld of the line \"%s\" is %s", (long long)out->model.version, out->model.line,
	    out->model.state);
	if (out->replaced)
		fprintf(stderr, " in place of %lld", (long long)out->replaced);
	if (out->has_job) {
		char id[UUID_TEXT_MAX];
		uuid_format(&out->job, id);
		fprintf(stderr, "; the job %s brings the leads after", id);
	}
	fputc('\n', stderr);
}

typedef enum status (*change_fn)(struct db *db, const struct uuid *workspace, int64_t version,
    const struct model_author *by, struct arena *arena, struct model_outcome *ret, struct err *e);

static int change(const struct invocation *in, change_fn f)
{
	struct desk d;
	int64_t version = 0;
	struct model_outcome out;
	struct model_author by = by_hand();
	int code = desk_open(&d, in);
	if (code == EXIT_OK)
		code = read_version(in->operand[0], &version);
	if (code == EXIT_OK && f(d.db, &d.w.id, version, &by, d.arena, &out, &d.e) != ST_OK)
		code = fail(&d.e);
	else if (code == EXIT_OK)
		tell(&out);
	return desk_close(&d, code);
}

int model_shadow_run(const struct invocation *in)
{
	return change(in, store_model_shadow);
}

int model_retire_run(const struct invocation *in)
{
	return change(in, store_model_retire);
}

int model_activate_run(const struct invocation *in)
{
	struct desk d;
	int64_t version = 0;
	struct model_outcome out;
	struct model_activation how = {.by = by_hand(), .note = invocation_value(in, "--note")};
	int code = desk_open(&d, in);
	if (code == EXIT_OK)
		code = read_transitions(in, &how.transitions);
	if (code == EXIT_OK)
		code = read_version(in->operand[0], &version);
	if (code == EXIT_OK && store_model_activate(d.db, &d.w.id, version, &how, d.arena, &out, &d.e) != ST_OK)
		code = fail(&d.e);
	else if (code == EXIT_OK)
		tell(&out);
	return desk_close(&d, code);
}

int model_rollback_run(const struct invocation *in)
{
	struct desk d;
	struct model_outcome out;
	struct model_activation how = {.by = by_hand(), .note = invocation_value(in, "--note")};
	int code = desk_open(&d, in);
	if (code == EXIT_OK)
		code = read_transitions(in, &how.transitions);
	if (code == EXIT_OK &&
	    store_model_rollback(d.db, &d.w.id, invocation_value(in, "--line"), &how, d.arena, &out, &d.e) != ST_OK) {
		code = fail(&d.e);
	} else if (code == EXIT_OK) {
		printf("%lld\n", (long long)out.model.version);
		tell(&out);
	}
	return desk_close(&d, code);
}

static int read_document(struct desk *d, const char *operand, json_t **ret)
{
	static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};
	int64_t version;
	const char *text;
	int code = read_version(operand, &version);
	if (code != EXIT_OK)
		return code;
	if (store_model_read(d->db, &d->w.id, version, d->arena, &text, NULL, &d->e) != ST_OK ||
	    json_read(text, strlen(text), &limits, ret, &d->e) != ST_OK)
		return fail(&d->e);
	return EXIT_OK;
}

int model_diff_run(const struct invocation *in)
{
	struct desk d;
	json_t *docs[2] = {NULL, NULL};
	struct model_difference *x = NULL;
	size_t n = 0;
	const char *language = invocation_value(in, "--language");
	bool zh = language && !strcmp(language, "zh");
	int code = desk_open(&d, in);
	if (code == EXIT_OK && language && !zh && strcmp(language, "en") != 0) {
		complain("--language: zh or en, not \"%s\"", language);
		code = EXIT_USAGE;
	}
	for (size_t i = 0; code == EXIT_OK && i < 2; i++)
		code = read_document(&d, in->operand[i], &docs[i]);
	if (code == EXIT_OK && !model_differences(docs[0], docs[1], zh ? LANGUAGE_ZH : LANGUAGE_EN, d.arena, &x, &n))
		code = fail(&(struct err){.status = ST_NOMEM});
	for (size_t i = 0; code == EXIT_OK && i < n; i++)
		printf("%s\n", x[i].sentence);
	json_decref(docs[0]);
	json_decref(docs[1]);
	return desk_close(&d, code);
}
