/* leadscore workspace create | list */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "entries.h"
#include "model.h"
#include "scoring/model.h"

const struct option workspace_create_options[] = {
    {"--country", "CN", "country of phone numbers that name none, as two letters (CN)", false},
    {"--time-zone", "ZONE",
	"by whose clocks its days begin: an IANA name, UTC or an offset such as +08:00 (UTC); also the model's, unless "
	"FILE says otherwise",
	false},
    {"--model", "FILE", "the model's document; without it the default model (leadscore model default)", false},
    {0},
};
const char workspace_create_notes[] =
    "The id is printed alone on standard output. A name that is taken is refused with exit code 3.";

static int check_time_zone(const char *zone)
{
	if (!zone || model_time_zone_valid(zone))
		return EXIT_OK;
	complain(
	    "--time-zone: \"%s\" is not an IANA name such as Asia/Shanghai, UTC, or an offset such as +08:00", zone);
	return EXIT_USAGE;
}

/* Days begin where the workspace is: in a document that somebody gives unless it says otherwise itself, as in every
 * later version (ingest/model_document.h); in the default model always. ret: the document then. */
static int stamp_time_zone(const char *document, bool given, const char *zone, struct buf *ret)
{
	json_t *doc = json_loads(document, 0, NULL);
	bool stays = given && json_object_get(doc, "time_zone");
	bool stamped = doc && (stays || json_object_set_new(doc, "time_zone", json_string(zone)) == 0) &&
		       json_write(doc, false, ret);
	json_decref(doc);
	if (stamped)
		return EXIT_OK;
	complain("out of memory");
	return EXIT_FAILED;
}

int workspace_create_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct err e = {0};
	char *text = NULL;
	struct buf stamped = BUF_INIT;
	size_t n;
	struct model *model = NULL;
	struct uuid id;
	const char *file = invocation_value(in, "--model"), *country = invocation_value(in, "--country"),
		   *zone = invocation_value(in, "--time-zone");
	int code = check_time_zone(zone);
	const char *document = model_default_document();
	if (code == EXIT_OK && file) {
		code = read_whole_file(file, MODEL_FILE_MAX, &text, &n);
		if (code == EXIT_OK)
			document = text;
	}
	if (code == EXIT_OK)
		code = model_load(document, strlen(document), file ? file : "the default model", &model);
	if (code == EXIT_OK && zone) {
		code = stamp_time_zone(document, file != NULL, zone, &stamped);
		document = stamped.data;
	}
	if (code == EXIT_OK)
		code = open_database(in, &db);
	if (code == EXIT_OK) {
		const char *name = model_name(model);
		if (store_workspace_create(db, in->operand[0], country ? country : "CN", zone, *name ? name : "default",
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
	buf_free(&stamped);
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
