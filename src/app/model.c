/* leadscore model show | default | check */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "scoring/template.h"
#include "store/model.h"
#include "entries.h"

const struct option model_show_options[] = {
    {"--workspace", "NAME", "whose model; a name or an id", false},
    {"--version", "N", "which version; without it the active one", false},
    {0},
};

int model_load(const char *text, size_t n, const char *name, struct model **ret)
{
	static const struct json_limits limits = {.max_bytes = MODEL_FILE_MAX, .max_depth = 64, .max_tokens = 200000};
	struct err e = {0};
	json_t *doc = NULL;
	if (json_read(text, n, &limits, &doc, &e) != ST_OK) {
		complain("%s: %s", name, e.detail);
		return EXIT_USAGE;
	}
	struct model_faults *faults = calloc(1, sizeof *faults);
	enum status s = faults ? model_compile(doc, 1, ret, faults, &e) : err_set(&e, ST_NOMEM, NULL, "out of memory");
	json_decref(doc);
	int code = EXIT_OK;
	if (s != ST_OK) {
		size_t shown = faults ? faults->count : 0;
		if (shown > MODEL_FAULTS_MAX)
			shown = MODEL_FAULTS_MAX;
		for (size_t i = 0; i < shown; i++)
			complain("%s: %s: %s", name, faults->fault[i].pointer, faults->fault[i].detail);
		if (!shown)
			complain("%s: %s", name, e.detail);
		else if (faults->count > shown)
			complain("%s: and %zu more", name, faults->count - shown);
		code = s == ST_INVALID || s == ST_TOO_LARGE ? EXIT_USAGE : EXIT_FAILED;
	}
	free(faults);
	return code;
}

static int print_pretty(const char *text)
{
	json_t *doc = json_loads(text, 0, NULL);
	if (!doc || json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) != 0) {
		json_decref(doc);
		complain("the document is not JSON");
		return EXIT_FAILED;
	}
	putchar('\n');
	json_decref(doc);
	return EXIT_OK;
}

int model_default_run(const struct invocation *in)
{
	(void)in;
	return print_pretty(model_default_document());
}

int model_template_run(const struct invocation *in)
{
	size_t n;
	const struct model_template *all = model_templates(&n), *one;
	if (!in->n_operands) {
		for (size_t i = 0; i < n; i++)
			printf("%s\n", all[i].name);
		return EXIT_OK;
	}
	if ((one = model_template_find(in->operand[0])))
		return print_pretty(one->document);
	complain("there is no template \"%s\"; leadscore model template lists them", in->operand[0]);
	return EXIT_STATE;
}

int model_check_run(const struct invocation *in)
{
	char *text = NULL;
	size_t n;
	struct model *model = NULL;
	int code = read_whole_file(in->operand[0], MODEL_FILE_MAX, &text, &n);
	if (code == EXIT_OK)
		code = model_load(text, n, in->operand[0], &model);
	if (code == EXIT_OK)
		fprintf(stderr, "%s: a good model\n", in->operand[0]);
	model_unref(&model);
	free(text);
	return code;
}

int model_show_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct err e = {0};
	struct workspace_row w;
	const char *document, *wanted = invocation_value(in, "--version");
	struct arena *arena = arena_new(0);
	int code = open_database(in, &db);
	if (code == EXIT_OK)
		code = find_workspace(in, db, &w);
	if (code == EXIT_OK) {
		int64_t version = w.active_model;
		char *end = NULL;
		if (wanted)
			version = strtoll(wanted, &end, 10);
		if (wanted && (*end || version < 1)) {
			complain("--version: \"%s\" is not a version's number", wanted);
			code = EXIT_USAGE;
		} else if (store_model_read(db, &w.id, version, arena, &document, NULL, &e) != ST_OK) {
			code = fail(&e);
		} else {
			fprintf(stderr, "version %lld%s\n", (long long)version,
			    version == w.active_model ? ", active" : "");
			code = print_pretty(document);
		}
	}
	db_close(&db);
	arena_free(&arena);
	return code;
}
