/* /v1/users: the sales people whom handoffs go to. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "cursor_priv.h"
#include "handoffs_priv.h"
#include "ingest/roster.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/user.h"

#define PATCH_TRIES 3

const char *const user_list_parameters[] = {"role", "active", "limit", "cursor", NULL};

struct user_input {
	struct uuid id;
	int64_t if_revision;
	struct user_row row;  /* of a new one */
	const char *patch;    /* JSON text */
};

/* The stored document is one compact object: its members become the user's. */
static void put_user(struct buf *b, const struct user_row *u)
{
	size_t n = strlen(u->document);
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, u->id.b);
	buf_putc(b, ',');
	buf_put(b, u->document + 1, n - 2);
	buf_puts(b, ",\"created_at\":");
	render_time(b, u->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, u->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, u->revision);
	buf_putc(b, '}');
}

static void reply_user(struct api_call *c, int status, const struct user_row *u)
{
	char id[UUID_TEXT_MAX];
	put_user(reply_json(c, status), u);
	reply_etag(c, u->revision);
	uuid_format(&u->id, id);
	if (status == 201)
		reply_header(c, "Location", arena_printf(c->arena, "/v1/users/%s", id));
}

static const char *text_of(struct arena *arena, const json_t *doc, const char *key)
{
	const char *s = json_string_value(json_object_get(doc, key));
	return s ? arena_strdup(arena, s) : NULL;
}

/* The checked document and its columns. */
static enum status take_document(struct api_call *c, json_t *given, struct user_row *io, struct err *e)
{
	json_t *doc = NULL;
	struct buf text = BUF_INIT;
	enum status s = user_check(c->arena, given, &doc, e);
	if (s != ST_OK)
		return s;
	io->document = json_write(doc, false, &text) && buf_ok(&text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	io->name = text_of(c->arena, doc, "name");
	io->email = text_of(c->arena, doc, "email");
	io->role = text_of(c->arena, doc, "role");
	io->active = json_is_true(json_object_get(doc, "active"));
	buf_free(&text);
	json_decref(doc);
	return io->document && io->name && io->role ? ST_OK : out_of_memory(e);
}

enum status users_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const roles[] = {"manager", "representative", "assistant", NULL}, *const flags[] = {"true", "false", NULL};
	struct user_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	const char *active = NULL;
	bool given = false;
	enum status s = param_word(c, "role", roles, &f->role, e);
	if (s == ST_OK)
		s = param_word(c, "active", flags, &active, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s == ST_OK && given)
		f->after = v.id;
	f->has_active = active != NULL;
	f->active = active && !strcmp(active, "true");
	return s;
}

enum status users_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct user_row *rows;
	size_t n;
	bool more;
	enum status s = store_user_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_user(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){.id = rows[n - 1].id} : NULL);
	return ST_OK;
}

enum status users_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct user_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	enum status s = in ? body_read(c, false, &body, e) : ST_NOMEM;
	if (s != ST_OK)
		return s;
	s = take_document(c, body, &in->row, e);
	json_decref(body);
	return s;
}

enum status users_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct user_input *in = call_state(c)->input;
	int64_t now = clock_now(a->config.clock);
	enum status s = store_user_add(db, &c->workspace_id, now, &in->row, e);
	if (s == ST_OK)
		s = desk_changed(a, c, db, e);
	if (s == ST_OK)
		reply_user(c, 201, &in->row);
	return s;
}

enum status user_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct user_input *in = call_input(c, sizeof *in, e);
	return in ? path_uuid(c, "id", "user", &in->id, e) : ST_NOMEM;
}

enum status user_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct user_input *in = call_state(c)->input;
	struct user_row u;
	enum status s = store_user_read(db, &c->workspace_id, &in->id, c->arena, &u, e);
	if (s != ST_OK)
		return s;
	if (!etag_matches(c->if_none_match, u.revision)) {
		reply_user(c, 200, &u);
		return ST_OK;
	}
	reply_json(c, 304);
	reply_etag(c, u.revision);
	return ST_OK;
}

/* What a user has no member for is told before it is looked whether there is such a user. */
enum status user_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	enum status s = user_get_prepare(a, c, e);
	struct user_input *in = call_state(c)->input;
	return s == ST_OK ? body_patch(c, user_members, NULL, &in->if_revision, &in->patch, e) : s;
}

/* Merges the patch into the user as read. */
static enum status patched(struct api_call *c, const char *patch_text, struct user_row *u, struct err *e)
{
	json_t *doc = json_loads(u->document, 0, NULL), *patch = json_loads(patch_text, 0, NULL);
	enum status s = doc && patch && json_merge_patch(doc, patch) ? take_document(c, doc, u, e) : out_of_memory(e);
	json_decref(doc);
	json_decref(patch);
	return s;
}

/* Without If-Match the patch is made to whatever the user is: when that changes meanwhile, once more. */
enum status user_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct user_input *in = call_state(c)->input;
	struct user_row u;
	for (int tries = 1;; tries++) {
		enum status s = store_user_read(db, &c->workspace_id, &in->id, c->arena, &u, e);
		if (s == ST_OK && in->if_revision >= 0 && u.revision != in->if_revision)
			return err_set(e, ST_CONFLICT, "version_mismatch", "The user is not what If-Match names.");
		if (s == ST_OK)
			s = patched(c, in->patch, &u, e);
		if (s == ST_OK)
			s = store_user_change(db, &c->workspace_id, clock_now(a->config.clock), &u, e);
		if (s == ST_CONFLICT && !strcmp(e->code, "version_mismatch") && in->if_revision < 0 && tries < PATCH_TRIES)
			continue;
		if (s == ST_OK)
			s = desk_changed(a, c, db, e);
		if (s == ST_OK)
			reply_user(c, 200, &u);
		return s;
	}
}

enum status user_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	enum status s = user_get_prepare(a, c, e);
	struct user_input *in = call_state(c)->input;
	return s == ST_OK ? etag_required(c, &in->if_revision, e) : s;
}

enum status user_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct user_input *in = call_state(c)->input;
	enum status s = store_user_delete(db, &c->workspace_id, &in->id, in->if_revision, e);
	/* What they had not accepted goes back; what is left behind by a crash here goes when its clock runs out. */
	if (s == ST_OK)
		s = handoffs_return(a, c, db, &in->id, e);
	if (s == ST_OK)
		s = desk_changed(a, c, db, e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
