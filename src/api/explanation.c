#include "explanation_priv.h"

#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "render_priv.h"

static int by_key(const void *a, const void *b)
{
	const struct event_name *x = a, *y = b;
	return uuid_cmp(&x->key, &y->key);
}

static void put_event_id(struct buf *b, const struct contribution *k, const struct event_name *sorted, size_t n)
{
	struct event_name wanted = {.key = k->event_key};
	const struct event_name *found = k->has_event && n ? bsearch(&wanted, sorted, n, sizeof *sorted, by_key) : NULL;
	if (k->has_event)
		render_event_id(b, found ? found->id : NULL, &k->event_key);
	else
		buf_puts(b, "null");
}

static void put_contributions(struct buf *b, const struct explanation *x, const struct event_name *sorted, size_t n)
{
	static const char *const kinds[] = {"fit", "engagement", "cap", "offset"};
	buf_puts(b, ",\"contributions\":[");
	for (size_t i = 0; i < x->n_contributions; i++) {
		const struct contribution *k = &x->contributions[i];
		buf_puts(b, i ? ",{\"rule\":" : "{\"rule\":");
		buf_json_str(b, k->rule);
		buf_puts(b, ",\"label\":");
		buf_json_str(b, k->label);
		buf_puts(b, ",\"kind\":");
		buf_json_str(b, kinds[k->kind]);
		buf_puts(b, ",\"event_id\":");
		put_event_id(b, k, sorted, n);
		buf_puts(b, ",\"at\":");
		render_time(b, k->at);
		buf_puts(b, ",\"points\":");
		buf_json_milli(b, k->points);
		buf_puts(b, ",\"points_now\":");
		buf_json_milli(b, k->points_now);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void put_criteria(struct buf *b, const struct explanation *x)
{
	buf_puts(b, ",\"criteria\":[");
	for (size_t i = 0; i < x->n_criteria; i++) {
		const struct criterion_view *k = &x->criteria[i];
		buf_puts(b, i ? ",{\"id\":" : "{\"id\":");
		buf_json_str(b, k->id);
		buf_puts(b, ",\"label\":");
		buf_json_str(b, k->label);
		buf_puts(b, k->met > 0    ? ",\"met\":true,\"ask\":"
			    : k->met == 0 ? ",\"met\":false,\"ask\":"
					  : ",\"met\":null,\"ask\":");
		buf_json_str(b, k->ask);
		buf_puts(b, k->core ? ",\"core\":true,\"weight\":" : ",\"core\":false,\"weight\":");
		buf_json_milli(b, k->weight);
		buf_puts(b, ",\"part\":");
		buf_json_str(b, k->part);
		buf_puts(b, ",\"dimension\":");
		buf_json_str(b, k->dimension);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

void explanation_put(struct buf *b, const struct uuid *lead_id, int64_t at, int64_t version,
    const struct explanation *x, struct event_name *names, size_t n)
{
	const struct scoring_view *v = &x->view;
	if (n)
		qsort(names, n, sizeof *names, by_key);
	buf_puts(b, "{\"lead_id\":");
	if (lead_id)
		buf_json_uuid(b, lead_id->b);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"score\":");
	render_score(b, v->shown_total, v->shown_fit, v->shown_engagement, &v->shown_offset, at, version);
	buf_puts(b, ",\"exact\":{\"total\":");
	buf_json_milli(b, v->total);
	buf_puts(b, ",\"fit\":");
	buf_json_milli(b, v->fit);
	buf_puts(b, ",\"engagement\":");
	buf_json_milli(b, v->engagement);
	buf_puts(b, "},\"tier\":\"");
	buf_putc(b, v->tier);
	buf_puts(b, "\",\"grade\":");
	buf_json_str(b, v->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, stage_name(v->stage));
	buf_puts(b, ",\"exclusion\":");
	buf_json_str(b, v->exclusion);
	put_contributions(b, x, names, n);
	put_criteria(b, x);
	buf_putc(b, '}');
}
