/* GET /v1/openapi.json: the contract itself, embedded at build time from openapi.yaml. */
#include "openapi_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

enum status openapi_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	(void)e;
	buf_put(reply_json(c, 200), openapi_json, openapi_json_len);
	return ST_OK;
}
