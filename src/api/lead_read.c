/* GET /v1/leads/{id}. */
#include "api_priv.h"
#include "base/json.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

enum status lead_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "lead", id, e) : ST_NOMEM;
}

/* What the row says is written when this asks the database for the model, and no sooner. */
static void put_quality(struct api *a, struct api_call *c, struct db *db, struct buf *b, int64_t version, const json_t *profile)
{
	struct model *m = NULL;
	struct err ignored;
	if (version && a->config.ingest)
		(void)models_get(ingest_models(a->config.ingest), db, &c->workspace_id, version, &m, &ignored);
	buf_puts(b, ",\"quality\":");
	render_quality(b, m, profile);
	buf_putc(b, '}');
	model_unref(&m);
}

enum status lead_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct lead_detail d;
	json_t *profile = NULL;
	bool shadows = c->role == ROLE_ADMIN;
	enum status s = store_lead_detail(db, &c->workspace_id, call_state(c)->input, shadows, c->arena, &d, e);
	if (s != ST_OK)
		return s;
	reply_lead(c, &d.lead.id);
	reply_etag(c, d.lead.version);
	/* Stored by the service itself, within its limits. */
	(void)json_read(d.lead.profile, d.lead.profile_len, &(struct json_limits){.max_bytes = 1u << 20, .max_tokens = 100000}, &profile, &(struct err){0});
	/* Scores under other models may change while the lead does not. */
	if (!d.n_scores && etag_matches(c->if_none_match, d.lead.version)) {
		reply_json(c, 304);
	} else {
		int64_t version = d.lead.model_version;
		struct buf *b = reply_json(c, 200);
		render_lead_detail(b, &d);
		put_quality(a, c, db, b, version, profile);
	}
	json_decref(profile);
	return ST_OK;
}
