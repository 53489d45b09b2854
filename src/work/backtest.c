/* The job of kind backtest. */
#include "backtest_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define LATE_MOST 0.5 /* more of a window's events heard of a day late than this: an import, not news */

static int64_t instant_in(const json_t *in, const char *name)
{
	const json_t *v = json_object_get(in, name);
	int64_t at = 0;
	if (json_is_string(v))
		(void)instant_parse(json_string_value(v), json_string_length(v), &at);
	return at;
}

static bool word_in(const json_t *in, const char *name, const char *word)
{
	const json_t *v = json_object_get(in, name);
	return json_is_string(v) && !strcmp(json_string_value(v), word);
}

/* What api wrote into the job's input; it has been checked and completed there. */
static enum status read_wish(const struct job_run *r, struct backtest_wish *ret, struct err *e)
{
	json_t *in = json_loads(r->job.input ? r->job.input : "{}", 0, NULL);
	if (!in)
		return err_set(e, ST_INTERNAL, NULL, "The job's input is not JSON.");
	const json_t *horizon = json_object_get(in, "horizon");
	*ret = (struct backtest_wish){
	    .compare_to = json_integer_value(json_object_get(in, "compare_to")),
	    .pass = pass_wish(in),
	    .from = instant_in(in, "from"),
	    .to = instant_in(in, "to"),
	    .known_by = word_in(in, "known_by", "received")   ? KNOWN_RECEIVED
			: word_in(in, "known_by", "occurred") ? KNOWN_OCCURRED
							      : KNOWN_AUTO,
	    .chinese = word_in(in, "language", "zh"),
	};
	bool good = json_is_string(horizon) &&
		    duration_parse(json_string_value(horizon), json_string_length(horizon), &ret->horizon);
	json_decref(in);
	return good ? ST_OK : err_set(e, ST_INTERNAL, NULL, "The job's input has no horizon.");
}

static int rising(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Outcomes, the instants of the positives, and whether it can be told when events were heard of. */
static enum status read_facts(void *ctx, struct db *db, const struct uuid *workspace, struct err *e)
{
	struct backtest_facts *f = ctx;
	const struct backtest_wish *w = f->wish;
	enum status s = store_outcomes(db, workspace, &f->outcomes, &f->n_outcomes, e);
	if (s == ST_OK)
		s = store_event_lag(db, workspace, w->from, w->to, &f->events, &f->late, e);
	if (s != ST_OK)
		return s;
	bool import = f->events == 0 || (double)f->late > LATE_MOST * (double)f->events;
	f->known_by = w->known_by != KNOWN_AUTO ? w->known_by : import ? KNOWN_OCCURRED : KNOWN_RECEIVED;
	f->instants = calloc(f->n_outcomes + 1, sizeof *f->instants);
	if (!f->instants)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < f->n_outcomes; i++) {
		int64_t won = f->outcomes[i].won_at;
		if (won != INSTANT_NEVER && won >= w->from && won <= w->to)
			f->instants[f->n_instants++] = won - w->horizon;
	}
	qsort(f->instants, f->n_instants, sizeof *f->instants, rising);
	return ST_OK;
}

static enum status run(struct job_run *r, struct backtest_outcome *o, struct backtest_facts *facts,
    struct backtest_work *work[PASS_THREADS], struct buf *result, struct err *e)
{
	struct sweep_visitor visitors[PASS_THREADS];
	const struct pass_prologue prologue = {read_facts, facts};
	int64_t began = monotonic_us();
	for (size_t i = 0; i < PASS_THREADS; i++) {
		work[i] = backtest_work_new(o->models, facts);
		if (!work[i])
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		visitors[i] = backtest_visitor(work[i]);
	}
	enum status s = pass_run(r, &facts->wish->pass, &prologue, visitors, &o->pass, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 1; i < PASS_THREADS; i++)
		if (!backtest_join(backtest_sum(work[0]), backtest_sum(work[i])))
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	o->sum = backtest_sum(work[0]);
	o->took_ms = (monotonic_us() - began) / 1000;
	s = backtest_render(o, result, e);
	return s != ST_OK || buf_ok(result) ? s : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status backtest_run(struct job_run *r, struct buf *result, struct err *e)
{
	struct backtest_wish wish;
	struct backtest_facts facts = {.wish = &wish};
	struct backtest_outcome o = {.facts = &facts};
	struct backtest_work *work[PASS_THREADS] = {NULL};
	enum status s = read_wish(r, &wish, e);
	if (s == ST_OK)
		s = pass_model(r, wish.compare_to, &o.models[COMPARED], e);
	if (s == ST_OK)
		s = pass_model(r, r->job.model_version, &o.models[PREVIEWED], e);
	if (s == ST_OK)
		s = run(r, &o, &facts, work, result, e);
	for (size_t i = 0; i < PASS_THREADS; i++)
		backtest_work_free(&work[i]);
	free(facts.outcomes);
	free(facts.instants);
	model_unref(&o.models[COMPARED]);
	model_unref(&o.models[PREVIEWED]);
	return s;
}
