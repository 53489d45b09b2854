/* leadscore workspace create | list */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entries.h"
#include "model.h"
#include "scoring/model.h"

const struct option workspace_create_options[] = {
    {"--country", "CN", "country of phone numbers that name none, as two letters (CN)", false},
    {"--model", "FILE", "the model's document; without it the default model (leadscore model default)", false},
    {0},
};
const char workspace_create_notes[] =
    "The id is printed alone on standard output. A name that is taken is refused with exit code 3.";

int workspace_create_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct err e = {0};
	char *text = NULL;
	size_t n;
	struct model *model = NULL;
	struct uuid id;
	const char *file = invocation_value(in, "--model"), *country = invocation_value(in, "--country");
	int code = EXIT_OK;
	const char *document = model_default_document();
	if (file) {
		code = read_whole_file(file, MODEL_FILE_MAX, &text, &n);
		if (code == EXIT_OK)
			document = text;
	}
	if (code == EXIT_OK)
		code = model_load(document, strlen(document), file ? file : "the default model", &model);
	if (code == EXIT_OK)
		code = open_database(in, &db);
	if (code == EXIT_OK) {
		const char *name = model_name(model);
		if (store_workspace_create(db, in->operand[0], country ? country : "CN", *name ? name : "default",
			document, clock_now(&clock_system), &id, &e) != ST_OK)
			code = fail(&e);
	}
	if (code == EXIT_OK) {
		char out[UUID_TEXT_MAX];
		uuid_format(&id, out);
		printf("%s\n", out);
		fprintf(stderr,
		    "workspace \"%s\" made; make a key with: leadscore key create --workspace '%s' --role ingest\n",
		    in->operand[0], in->operand[0]);
	}
	db_close(&db);
	model_unref(&model);
	free(text);
	return code;
}

int workspace_list_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct err e = {0};
	struct workspace_row *rows = NULL;
	size_t n = 0;
	struct arena *arena = arena_new(0);
	int code = open_database(in, &db);
	if (code == EXIT_OK && store_workspace_list(db, arena, &rows, &n, &e) != ST_OK)
		code = fail(&e);
	for (size_t i = 0; i < n; i++) {
		char id[UUID_TEXT_MAX], at[INSTANT_TEXT_MAX];
		uuid_format(&rows[i].id, id);
		instant_format(rows[i].created_at, at);
		printf(
		    "%s\t%s\t%s\t%lld\t%s\n", id, rows[i].name, rows[i].country, (long long)rows[i].active_model, at);
	}
	db_close(&db);
	arena_free(&arena);
	return code;
}
