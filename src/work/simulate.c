/* The job of kind simulate. */
#include "simulate_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define NAMES_DEFAULT 50

/* What api wrote into the job's input; it has been checked there. */
static enum status read_wish(const struct job_run *r, struct simulate_wish *ret, struct err *e)
{
	json_t *in = json_loads(r->job.input ? r->job.input : "{}", 0, NULL);
	if (!in)
		return err_set(e, ST_INTERNAL, NULL, "The job's input is not JSON.");
	const json_t *capacity = json_object_get(in, "capacity_per_week"), *names = json_object_get(in, "names");
	*ret = (struct simulate_wish){
	    .compare_to = json_integer_value(json_object_get(in, "compare_to")),
	    .pass = pass_wish(in),
	    .capacity = json_is_number(capacity) ? json_number_value(capacity) : -1,
	    .names = names ? (size_t)json_integer_value(names) : NAMES_DEFAULT,
	    .chinese = !strcmp("zh", json_is_string(json_object_get(in, "language"))
					 ? json_string_value(json_object_get(in, "language"))
					 : ""),
	    .as_of = r->job.created_at,
	};
	if (ret->names > NAMES_MAX)
		ret->names = NAMES_MAX;
	json_decref(in);
	return ST_OK;
}

static enum status run(struct job_run *r, struct simulate_outcome *o, struct simulate_work *work[PASS_THREADS],
    struct buf *result, struct err *e)
{
	struct sweep_visitor visitors[PASS_THREADS];
	int64_t began = monotonic_us();
	for (size_t i = 0; i < PASS_THREADS; i++) {
		work[i] = simulate_work_new(o->models, o->wish);
		if (!work[i])
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		visitors[i] = simulate_visitor(work[i]);
	}
	enum status s = pass_run(r, &o->wish->pass, NULL, visitors, &o->pass, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 1; i < PASS_THREADS; i++)
		tally_join(simulate_tally(work[0]), simulate_tally(work[i]));
	o->tally = simulate_tally(work[0]);
	o->took_ms = (monotonic_us() - began) / 1000;
	simulate_render(o, result);
	return buf_ok(result) ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status simulate_run(struct job_run *r, struct buf *result, struct err *e)
{
	struct simulate_wish wish;
	struct simulate_outcome o = {.wish = &wish};
	struct simulate_work *work[PASS_THREADS] = {NULL};
	enum status s = read_wish(r, &wish, e);
	if (s == ST_OK)
		s = pass_model(r, wish.compare_to, &o.models[BEFORE], e);
	if (s == ST_OK)
		s = pass_model(r, r->job.model_version, &o.models[AFTER], e);
	if (s == ST_OK)
		s = run(r, &o, work, result, e);
	for (size_t i = 0; i < PASS_THREADS; i++)
		simulate_work_free(&work[i]);
	model_unref(&o.models[BEFORE]);
	model_unref(&o.models[AFTER]);
	return s;
}
