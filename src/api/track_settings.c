/* What the libraries for pages ask before they begin: GET /v1/projects/{key}/settings (Segment's analytics-next) and
 * GET /sourceConfig/ (RudderStack's). They learn that there is one destination, this service, and no other that they
 * should load code of. */
#include <string.h>

#include "reply_priv.h"
#include "resources_priv.h"

enum status track_settings_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	(void)e;
	struct buf *b = reply_json(c, 200);
	buf_puts(b, "{\"integrations\":{\"Segment.io\":{\"apiKey\":");
	buf_json_str(b, path_param(c, "key"));
	if (c->host) {
		buf_puts(b, ",\"apiHost\":");
		buf_json_str(b, arena_printf(c->arena, "%s/v1", c->host));
	}
	/* A sample rate of 0: it would send figures about itself to its maker. */
	buf_puts(b, ",\"addBundledMetadata\":false,\"unbundledIntegrations\":[],\"maybeBundledConfigIds\":{}}},"
		    "\"plan\":{\"track\":{\"__default\":{\"enabled\":true,\"integrations\":{}}},\"identify\":{\"__"
		    "default\":{\"enabled\":true}},"
		    "\"group\":{\"__default\":{\"enabled\":true}}},\"edgeFunction\":{},\"analyticsNextEnabled\":true,"
		    "\"middlewareSettings\":{},"
		    "\"enabledMiddleware\":{},\"metrics\":{\"sampleRate\":0},\"legacyVideoPluginsEnabled\":false,"
		    "\"remotePlugins\":[]}");
	return ST_OK;
}

enum status source_config_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	(void)e;
	struct buf *b = reply_json(c, 200);
	buf_puts(b, "{\"source\":{\"id\":");
	buf_json_uuid(b, c->key_id.b);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, call_state(c)->key_label);
	buf_puts(b, ",\"workspaceId\":");
	buf_json_uuid(b, c->workspace_id.b);
	buf_puts(b, ",\"enabled\":true,\"destinations\":[],\"connections\":[],\"config\":{\"statsCollection\":{"
		    "\"errors\":{\"enabled\":false},"
		    "\"metrics\":{\"enabled\":false}}},\"dataplanes\":{}}}");
	return ST_OK;
}
