/* PUT and DELETE of a lead's account, by hand. */
#include "body_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

static enum status begin(
    struct api_call *c, struct adapter_context *x, struct uuid *id, int64_t *ret_version, struct err *e)
{
	enum status s = path_uuid(c, "id", "lead", id, e);
	if (s == ST_OK)
		s = etag_required(c, ret_version, e);
	if (s == ST_OK)
		s = body_context(c, x, e);
	return s == ST_OK ? commands_begin(c, 1, e) : s;
}

static enum status keep(struct api_call *c, int64_t version, enum status s, const struct err *e)
{
	if (s == ST_OK)
		commands_next(c)->if_version = version;
	commands_keep(c, 0, s, e);
	return s;
}

enum status lead_account_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct adapter_context x;
	struct uuid id;
	int64_t version;
	json_t *body;
	enum status s = begin(c, &x, &id, &version, e);
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = keep(c, version, adapter_account_put(&x, &id, body, commands_next(c), e), e);
	json_decref(body);
	return s;
}

enum status lead_account_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct adapter_context x;
	struct uuid id;
	int64_t version;
	enum status s = begin(c, &x, &id, &version, e);
	if (s == ST_OK)
		s = keep(c, version, adapter_account_leave(&x, &id, commands_next(c), e), e);
	return s;
}
