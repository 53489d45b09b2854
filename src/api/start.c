/* Starting and stopping. */
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "base/metrics.h"
#include "follow_priv.h"
#include "live_priv.h"
#include "tasks_priv.h"
#include "token_cache_priv.h"

static enum status configure(struct api *a, const struct api_config *c, struct err *e)
{
	a->config = *c;
	if (!a->config.readers)
		a->config.readers = 4;
	if (!a->config.reader_queue)
		a->config.reader_queue = 4096;
	if (!a->config.read_timeout_ms)
		a->config.read_timeout_ms = 4000;
	if (!a->config.key_ttl_ms)
		a->config.key_ttl_ms = 5000;
	if (!a->config.max_streams)
		a->config.max_streams = 8000;
	if (!a->config.clock)
		a->config.clock = &clock_system;
	a->config.database_url = strdup(c->database_url ? c->database_url : "");
	a->config.read_url = c->read_url && *c->read_url ? strdup(c->read_url) : NULL;
	if (!a->config.database_url || (c->read_url && *c->read_url && !a->config.read_url))
		return out_of_memory(e);
	a->router = router_new();
	a->keys = token_cache_new((int64_t)a->config.key_ttl_ms * 1000);
	a->doors = token_cache_new((int64_t)a->config.key_ttl_ms * 1000);
	a->form_rate = rate_new();
	static const char lines[] = "leadscore_import_lines_total",
			  help[] = "Lines of imports over HTTP that are settled.";
	a->lines_taken = metric_counter(lines, help, "outcome=\"taken\"");
	a->lines_refused = metric_counter(lines, help, "outcome=\"refused\"");
	return a->router && a->keys && a->doors && a->form_rate ? ST_OK : out_of_memory(e);
}

enum status api_start(const struct api_config *c, struct api **ret, struct err *e)
{
	struct api *a = calloc(1, sizeof *a);
	if (!a)
		return out_of_memory(e);
	enum status s = configure(a, c, e);
	if (s == ST_OK)
		s = tasks_new(&a->tasks, e);
	if (s == ST_OK)
		s = monitor_start(&a->config, &a->monitor, e);
	if (s == ST_OK)
		s = readers_start(&(struct readers_config){a->config.database_url, a->config.read_url,
				      a->config.readers, a->config.reader_queue},
		    &a->readers, e);
	if (s == ST_OK)
		s = follow_start(&a->config, &a->follow, e);
	if (s == ST_OK)
		s = live_start(&a->config, &a->live, e);
	if (s != ST_OK) {
		api_stop(&a);
		return s;
	}
	*ret = a;
	return ST_OK;
}

void api_stop(struct api **ap)
{
	if (!ap || !*ap)
		return;
	struct api *a = *ap;
	tasks_free(&a->tasks);
	readers_stop(&a->readers);
	follow_stop(&a->follow);
	live_stop(&a->live);
	monitor_stop(&a->monitor);
	token_cache_free(&a->keys);
	token_cache_free(&a->doors);
	rate_free(&a->form_rate);
	if (a->router)
		router_free(&a->router);
	free((char *)(uintptr_t)a->config.database_url);
	free((char *)(uintptr_t)a->config.read_url);
	free(a);
	*ap = NULL;
}
