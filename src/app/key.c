/* leadscore key create | list | revoke */
#include <stdio.h>
#include <string.h>

#include "entries.h"

#define ORIGINS_MAX 32

const struct option key_create_options[] = {
    {"--workspace", "NAME", "of which workspace; a name or an id", false},
    {"--role", "ROLE", "publish (browsers: forms and tracking only), ingest, read, sales or admin", false},
    {"--label", "TEXT", "what it is for", false},
    {"--expires-in", "DURATION", "its life, as P90D or PT12H; without it the key does not expire", false},
    {"--origin", "URL", "a web origin that may use a publish key, as https://shop.example; may be repeated", true},
    {0},
};
const char key_create_notes[] = "The key is printed alone on standard output, this one time: only its hash is kept.";
const struct option key_list_options[] = {{"--workspace", "NAME", "of which workspace; a name or an id", false}, {0}};
const struct option key_revoke_options[] = {{"--workspace", "NAME", "of which workspace; a name or an id", false}, {0}};

static int key_create(const struct invocation *in, struct db *db, const char *role, int64_t now, int64_t expires_at)
{
	struct workspace_row w;
	struct uuid id;
	char text[KEY_TEXT_MAX], id_text[UUID_TEXT_MAX];
	const char *origins[ORIGINS_MAX];
	struct err e = {0};
	size_t n = invocation_values(in, "--origin", origins, ORIGINS_MAX);
	int code = find_workspace(in, db, &w);
	if (code != EXIT_OK)
		return code;
	if (store_key_create(
		db, &w.id, role, invocation_value(in, "--label"), origins, n, expires_at, now, text, &id, &e) != ST_OK)
		return fail(&e);
	uuid_format(&id, id_text);
	printf("%s\n", text);
	fprintf(stderr, "key %s of role %s made; it is shown only now\n", id_text, role);
	return EXIT_OK;
}

int key_create_run(const struct invocation *in)
{
	struct db *db = NULL;
	const char *role = invocation_value(in, "--role"), *life = invocation_value(in, "--expires-in"), *any_origin;
	int64_t now = clock_now(&clock_system), expires_at = INSTANT_NEVER, ms;
	if (!role || !invocation_value(in, "--workspace")) {
		complain("usage: leadscore key create --workspace NAME --role ROLE; see leadscore key create --help");
		return EXIT_USAGE;
	}
	if (life && !duration_parse(life, strlen(life), &ms)) {
		complain("--expires-in: \"%s\" is not a duration, as P90D or PT12H", life);
		return EXIT_USAGE;
	}
	if (life)
		expires_at = now + ms;
	bool has_origin = invocation_values(in, "--origin", &any_origin, 1) > 0;
	if (has_origin && strcmp(role, "publish") != 0) {
		complain("--origin is for keys of role publish");
		return EXIT_USAGE;
	}
	if (!has_origin && !strcmp(role, "publish"))
		fprintf(stderr, "without --origin the key is not bound to the pages of any web origin\n");
	int code = open_database(in, &db);
	if (code == EXIT_OK)
		code = key_create(in, db, role, now, expires_at);
	db_close(&db);
	return code;
}

static const char *state_of(const struct key_row *k, int64_t now)
{
	if (k->revoked_at != INSTANT_NEVER)
		return "revoked";
	return k->expires_at <= now ? "expired" : "live";
}

static void print_key(const struct key_row *k, int64_t now)
{
	char id[UUID_TEXT_MAX], made[INSTANT_TEXT_MAX], expires[INSTANT_TEXT_MAX] = "-";
	uuid_format(&k->id, id);
	instant_format(k->created_at, made);
	if (k->expires_at != INSTANT_NEVER)
		instant_format(k->expires_at, expires);
	printf("%s\t%s\t...%s\t%s\t%s\t%s\t", id, k->role, k->hint, state_of(k, now), made, expires);
	for (size_t i = 0; i < k->n_origins; i++)
		printf("%s%s", i ? "," : "", k->origins[i]);
	printf("%s\t%s\n", k->n_origins ? "" : "-", k->label);
}

int key_list_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct workspace_row w;
	struct key_row *rows = NULL;
	size_t n = 0;
	struct err e = {0};
	struct arena *arena = arena_new(0);
	int code = open_database(in, &db);
	if (code == EXIT_OK)
		code = find_workspace(in, db, &w);
	if (code == EXIT_OK && store_key_list(db, &w.id, arena, &rows, &n, &e) != ST_OK)
		code = fail(&e);
	for (size_t i = 0; i < n; i++)
		print_key(&rows[i], clock_now(&clock_system));
	db_close(&db);
	arena_free(&arena);
	return code;
}

int key_revoke_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct workspace_row w;
	struct uuid id;
	struct err e = {0};
	if (!uuid_parse(in->operand[0], strlen(in->operand[0]), &id)) {
		complain("\"%s\" is not a key's id; leadscore key list shows the ids", in->operand[0]);
		return EXIT_USAGE;
	}
	int code = open_database(in, &db);
	if (code == EXIT_OK)
		code = find_workspace(in, db, &w);
	if (code == EXIT_OK && store_key_revoke(db, &w.id, &id, clock_now(&clock_system), &e) != ST_OK)
		code = fail(&e);
	if (code == EXIT_OK)
		fprintf(stderr, "key revoked; instances that have it cached refuse it within seconds\n");
	db_close(&db);
	return code;
}
