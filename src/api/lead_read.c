/* GET /v1/leads/{id}. */
#include "api_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

enum status lead_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "lead", id, e) : ST_NOMEM;
}

enum status lead_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct lead_detail d;
	bool shadows = c->role == ROLE_ADMIN;
	enum status s = store_lead_detail(db, &c->workspace_id, call_state(c)->input, shadows, c->arena, &d, e);
	if (s != ST_OK)
		return s;
	reply_etag(c, d.lead.version);
	/* Scores under other models may change while the lead does not. */
	if (!d.n_scores && etag_matches(c->if_none_match, d.lead.version))
		reply_json(c, 304);
	else
		render_lead_detail(reply_json(c, 200), &d);
	return ST_OK;
}
