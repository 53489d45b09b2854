/* PUT and DELETE of a lead's account, by hand. */
#include "body_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

enum status lead_account_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct adapter_context x;
	struct uuid id;
	int64_t version;
	json_t *body;
	enum status s = commands_begin_by_id(c, &x, &id, &version, e);
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = commands_keep_by_id(c, version, adapter_account_put(&x, &id, body, commands_next(c), e), e);
	json_decref(body);
	return s;
}

enum status lead_account_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct adapter_context x;
	struct uuid id;
	int64_t version;
	enum status s = commands_begin_by_id(c, &x, &id, &version, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, version, adapter_account_leave(&x, &id, commands_next(c), e), e);
	return s;
}
