/* How many leads would be in a segment: every lead is replayed under the workspace's model with the condition beside
 * it. Nothing is written. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "pass_priv.h"

#define NAMES 20
static const char tiers[] = "ABCDX";

struct preview {
	struct model *model; /* borrowed */
	int64_t as_of;
	struct scoring_lead *lead;
	struct uuid id;
	int64_t leads, in, by_tier[5], by_stage[STAGE_COUNT];
	struct uuid named[NAMES];
	size_t n_named;
};

static enum status on_lead(void *ctx, const struct uuid *lead, struct err *e)
{
	struct preview *p = ctx;
	scoring_lead_free(&p->lead);
	p->id = *lead;
	return scoring_lead_new(p->model, &p->lead, e);
}

static enum status on_event(void *ctx, const struct sweep_event *ev, struct err *e)
{
	struct preview *p = ctx;
	if (ev->at > p->as_of)
		return ST_OK;
	struct scoring_event one = pass_event(ev);
	return scoring_lead_apply(p->lead, &one, NULL, e);
}

static enum status on_done(void *ctx, struct err *e)
{
	struct preview *p = ctx;
	struct scoring_view v;
	enum status s = scoring_lead_advance(p->lead, p->as_of, NULL, e);
	if (s != ST_OK)
		return s;
	p->leads++;
	if (!scoring_lead_segments(p->lead)[0])
		return ST_OK;
	scoring_lead_view(p->lead, false, &v);
	const char *tier = strchr(tiers, v.tier);
	p->in++;
	p->by_tier[tier ? tier - tiers : 3]++;
	p->by_stage[v.stage]++;
	if (p->n_named < NAMES)
		p->named[p->n_named++] = p->id;
	return ST_OK;
}

static enum status compile(struct job_run *r, json_t *input, struct model **ret, struct err *e)
{
	json_t *list = json_pack("[{s:s,s:O}]", "id", "preview", "when", json_object_get(input, "when"));
	if (!list)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	enum status s =
	    pass_model_with(r, r->job.model_version, &(struct model_segments){.list = list, .revision = 1}, ret, e);
	json_decref(list);
	return s;
}

static void add(struct preview *to, const struct preview *from)
{
	to->leads += from->leads;
	to->in += from->in;
	for (size_t i = 0; i < 5; i++)
		to->by_tier[i] += from->by_tier[i];
	for (size_t i = 0; i < STAGE_COUNT; i++)
		to->by_stage[i] += from->by_stage[i];
	for (size_t i = 0; i < from->n_named && to->n_named < NAMES; i++)
		to->named[to->n_named++] = from->named[i];
}

static void render(const struct preview *p, const struct pass_outcome *o, struct buf *out)
{
	double scale = o->share > 0 ? 1 / o->share : 1;
	buf_printf(out,
	    "{\"population\":%lld,\"visited\":%lld,\"leads\":%lld,\"share\":%.6f,\"in_all\":%lld,\"by_tier\":{",
	    (long long)o->population, (long long)p->leads, (long long)p->in,
	    p->leads ? (double)p->in / (double)p->leads : 0.0, (long long)((double)p->in * scale + .5));
	for (size_t i = 0; i < 5; i++)
		buf_printf(out, "%s\"%c\":%lld", i ? "," : "", tiers[i], (long long)p->by_tier[i]);
	buf_puts(out, "},\"by_stage\":{");
	for (size_t i = 0; i < STAGE_COUNT; i++)
		buf_printf(out, "%s\"%s\":%lld", i ? "," : "", stage_name((enum stage)i), (long long)p->by_stage[i]);
	buf_puts(out, "},\"examples\":[");
	for (size_t i = 0; i < p->n_named; i++) {
		if (i)
			buf_putc(out, ',');
		buf_json_uuid(out, p->named[i].b);
	}
	buf_puts(out, "]}");
}

enum status segment_run(struct job_run *r, struct buf *result, struct err *e)
{
	struct preview work[PASS_THREADS];
	struct sweep_visitor visitors[PASS_THREADS];
	struct pass_outcome o;
	struct model *model = NULL;
	json_t *input = json_loads(r->job.input, 0, NULL);
	memset(work, 0, sizeof work);
	enum status s =
	    input ? compile(r, input, &model, e) : err_set(e, ST_INTERNAL, "job_input", "The job's input is not JSON.");
	struct pass_wish wish = pass_wish(input);
	for (size_t i = 0; i < PASS_THREADS; i++) {
		work[i].model = model;
		work[i].as_of = r->job.created_at;
		visitors[i] = (struct sweep_visitor){&work[i], on_lead, on_event, on_done};
	}
	if (s == ST_OK)
		s = pass_run(r, &wish, NULL, visitors, &o, e);
	for (size_t i = 1; s == ST_OK && i < PASS_THREADS; i++)
		add(&work[0], &work[i]);
	if (s == ST_OK) {
		render(&work[0], &o, result);
		s = buf_ok(result) ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	for (size_t i = 0; i < PASS_THREADS; i++)
		scoring_lead_free(&work[i].lead);
	model_unref(&model);
	json_decref(input);
	return s;
}
