/* What a batch tells to the outside, as JSON. */
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"

static const char *keep(struct batch *b, struct buf *o)
{
	const char *s = buf_ok(o) ? arena_strndup(b->arena, o->data ? o->data : "", o->len) : NULL;
	buf_free(o);
	return s;
}

static int32_t shown(int64_t milli)
{
	return (int32_t)(milli >= 0 ? (milli + 500) / 1000 : (milli - 500) / 1000);
}

void batch_put_score(struct buf *o, int64_t total, int64_t fit, int64_t engagement, int64_t as_of, int64_t model_version)
{
	buf_printf(o, "{\"total\":%d,\"fit\":%d,\"engagement\":%d,\"as_of\":", shown(total), shown(fit), shown(engagement));
	buf_json_time(o, as_of);
	buf_printf(o, ",\"model_version\":%lld}", (long long)model_version);
}

const char *batch_transition_json(struct batch *b, const struct work_lead *w, const char *line, int64_t version, const struct uuid *id, const struct scoring_transition *t)
{
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"id\":");
	buf_json_uuid(&o, id->b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, w->id.b);
	buf_puts(&o, ",\"line\":");
	buf_json_str(&o, line);
	buf_printf(&o, ",\"kind\":\"%s\",\"from\":", t->kind == TRANSITION_STAGE ? "stage" : "tier");
	buf_json_str(&o, t->from);
	buf_puts(&o, ",\"to\":");
	buf_json_str(&o, t->to);
	buf_printf(&o, ",\"cause\":\"%s\",\"reason\":", transition_cause_name(t->cause));
	buf_json_str(&o, t->reason);
	buf_puts(&o, ",\"at\":");
	buf_json_time(&o, t->at);
	buf_puts(&o, ",\"score\":");
	batch_put_score(&o, t->total, t->fit, t->engagement, t->at, version);
	buf_putc(&o, '}');
	return keep(b, &o);
}

const char *batch_tags_literal(struct arena *a, const struct scoring_lead *l)
{
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(l, &tags);
	const char **names = n ? arena_array(a, n, sizeof(*names)) : NULL;
	if (n && !names)
		return NULL;
	for (size_t i = 0; i < n; i++)
		names[i] = tags[i].tag;
	return batch_tags_list(a, names, n);
}

const char *batch_tags_list(struct arena *a, const char *const *tags, size_t n)
{
	if (!n)
		return "{}";
	struct buf o = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		buf_puts(&o, i ? ",\"" : "{\"");
		for (const char *s = tags[i]; *s; s++) {
			if (*s == '"' || *s == '\\')
				buf_putc(&o, '\\');
			buf_putc(&o, *s);
		}
		buf_putc(&o, '"');
	}
	buf_putc(&o, '}');
	const char *s = buf_ok(&o) ? arena_strndup(a, o.data, o.len) : NULL;
	buf_free(&o);
	return s;
}
