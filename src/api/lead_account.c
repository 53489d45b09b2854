/* PUT and DELETE of a lead's account, by hand. */
#include "body_priv.h"
#include "resources_priv.h"

enum status lead_account_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	enum status s = commands_begin_with_body(c, false, &r, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, &r, adapter_account_put(&r.x, &r.id, r.body, commands_next(c), e), e);
	return s;
}

enum status lead_account_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	enum status s = commands_begin_by_id(c, &r, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, &r, adapter_account_leave(&r.x, &r.id, commands_next(c), e), e);
	return s;
}
