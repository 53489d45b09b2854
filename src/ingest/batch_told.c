/* What is told only where somebody wants it (workspaces.told_types): leads made and changed, and scores. */
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "out of memory");
}

size_t batch_told_max(const struct batch *b)
{
	return b->settings.tells & (TELLS_CREATED | TELLS_UPDATED) ? b->n_leads : 0;
}

static void put_standing(const struct batch *b, const struct work_lead *w, struct buf *o)
{
	const struct scoring_view *v = &w->own.view;
	buf_puts(o, "\"lead_id\":");
	buf_json_uuid(o, w->id.b);
	buf_printf(o,
	    ",\"version\":%lld,\"score\":{\"total\":%d,\"fit\":%d,\"engagement\":%d,\"as_of\":", (long long)w->version,
	    (int)v->shown_total, (int)v->shown_fit, (int)v->shown_engagement);
	buf_json_time(o, v->as_of);
	buf_printf(o, ",\"model_version\":%lld},\"tier\":\"%c\",\"grade\":\"%s\",\"stage\":\"%s\"",
	    (long long)model_version(b->model), v->tier, v->grade, stage_name(v->stage));
}

static const char *keep(struct batch *b, struct buf *o)
{
	const char *s = buf_ok(o) ? arena_strndup(b->arena, o->data, o->len) : NULL;
	buf_free(o);
	return s;
}

static enum status tell_lead(struct batch *b, struct work_lead *w, const char *topic, struct err *e)
{
	struct buf o = BUF_INIT;
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(w->own.lead, &tags);
	buf_putc(&o, '{');
	put_standing(b, w, &o);
	buf_puts(&o, ",\"tags\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(&o, ',');
		buf_json_str(&o, tags[i].tag);
	}
	buf_puts(&o, "],\"profile\":");
	json_t *profile = scoring_lead_profile(w->own.lead);
	if (!profile || !json_write(profile, false, &o))
		o.failed = true;
	buf_putc(&o, '}');
	return batch_outbox_row(b, w, topic, keep(b, &o), e);
}

enum status batch_told_created(struct batch *b, struct work_lead *w, struct err *e)
{
	return tell_lead(b, w, "lead.created", e);
}

enum status batch_told_changes(
    struct batch *b, struct work_lead *w, const struct batch_lead_write *l, bool new_profile, struct err *e)
{
	enum status s = ST_OK;
	if (w->row && new_profile && b->settings.tells & TELLS_UPDATED)
		s = tell_lead(b, w, "lead.updated", e);
	int32_t before = w->row ? w->row->score : 0;
	if (s != ST_OK || before == l->score || !(b->settings.tells & TELLS_SCORE))
		return s;
	struct buf o = BUF_INIT;
	buf_printf(&o, "{\"to\":%d,", (int)l->score);
	put_standing(b, w, &o);
	buf_putc(&o, '}');
	const char *payload = keep(b, &o);
	if (!payload)
		return nomem(e);
	b->write.score_news[b->write.n_score_news++] = (struct score_news){
	    .lead_id = w->id, .lead_version = w->version, .from_score = before, .score = l->score, .payload = payload};
	return ST_OK;
}
