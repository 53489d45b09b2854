/* Events scored a second by one core, in memory: engine MODEL|default EVENTS.ndjson SECONDS replay|mixed|stored [SEGMENTS.json]
 *
 * Every pass takes fresh leads through all events, parsed beforehand, as ingest hands them over: `replay` one lead after the other, as a rescore or a preview does, `mixed`
 * in the order of time, so that nearly every event is of a lead that the processor's caches have forgotten. With `stored` each event, in the order of time, goes the way of a
 * lead that lies in the database: load profile and state, apply, let time pass to the instant, view with the next change, tags, save. SEGMENTS.json is a list of segments that the leads are looked at with. Prints events a second, and to standard error what
 * came out, so that a change of speed that changes the score is seen. Time is processor time of this one thread. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "scoring/lead.h"

struct history {
	json_t *lines; /* the events borrow from it */
	struct scoring_event *events;
	uint32_t *lead;
	size_t *order; /* of events */
	size_t n, leads;
};

/* A lead as a row: what load takes and save gives. */
struct row {
	char *profile;
	struct buf state;
};

static void die(const char *what, const struct err *e)
{
	fprintf(stderr, "engine: %s %s %s\n", what, e ? e->pointer : "", e ? e->detail : "");
	exit(1);
}

static int64_t spent_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct model *compile(const char *path, const char *segments_path)
{
	static struct model_faults faults;
	struct model *m = NULL;
	struct err e = {0};
	json_t *document = strcmp(path, "default") == 0 ? json_loads(model_default_document(), 0, NULL) : json_load_file(path, 0, NULL);
	json_t *list = segments_path ? json_load_file(segments_path, 0, NULL) : NULL;
	struct model_segments segments = {.list = list, .revision = 1};
	if (!document || (segments_path && !list) || model_compile_with(document, 1, &segments, &m, &faults, &e) != ST_OK)
		die("model", &faults.fault[0]);
	json_decref(list);
	json_decref(document);
	return m;
}

static struct history read_history(const char *path)
{
	struct history h = {.lines = json_array()};
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	if (!file)
		die(path, NULL);
	while (getline(&line, &cap, file) > 0)
		if (json_array_append_new(h.lines, json_loads(line, 0, NULL)) != 0)
			die("events", NULL);
	free(line);
	fclose(file);
	h.n = json_array_size(h.lines);
	h.events = calloc(h.n, sizeof(*h.events));
	h.lead = calloc(h.n, sizeof(*h.lead));
	h.order = calloc(h.n, sizeof(*h.order));
	if (!h.events || !h.lead || !h.order)
		die("memory", NULL);
	for (size_t i = 0; i < h.n; i++) {
		h.order[i] = i;
		json_t *one = json_array_get(h.lines, i);
		h.lead[i] = (uint32_t)json_integer_value(json_object_get(one, "lead"));
		if (h.lead[i] >= h.leads)
			h.leads = h.lead[i] + 1;
		h.events[i] = (struct scoring_event){.key = hash128("bench", 5, &i, sizeof(i)), .at = json_integer_value(json_object_get(one, "at")),
			.type = json_string_value(json_object_get(one, "type")), .properties = json_object_get(one, "properties"), .patch = json_object_get(one, "patch")};
	}
	return h;
}

/* Lead by lead; of one lead as they were. */
static void order_by_lead(struct history *h)
{
	size_t *places = calloc(h->leads + 1, sizeof(*places));
	if (!places)
		die("memory", NULL);
	for (size_t i = 0; i < h->n; i++)
		places[h->lead[i] + 1]++;
	for (size_t i = 0; i < h->leads; i++)
		places[i + 1] += places[i];
	for (size_t i = 0; i < h->n; i++)
		h->order[places[h->lead[i]]++] = i;
	free(places);
}

static int64_t pass_in_memory(struct model *m, const struct history *h, int64_t *ret_us)
{
	struct scoring_lead **leads = calloc(h->leads, sizeof(struct scoring_lead *));
	struct err e = {0};
	int64_t sum = 0;
	for (size_t i = 0; i < h->leads; i++)
		if (!leads || scoring_lead_new(m, &leads[i], &e) != ST_OK)
			die("lead", &e);
	int64_t began = spent_us();
	for (size_t k = 0; k < h->n; k++) {
		size_t i = h->order[k];
		if (scoring_lead_apply(leads[h->lead[i]], &h->events[i], NULL, &e) != ST_OK)
			die("apply", &e);
	}
	*ret_us = spent_us() - began;
	for (size_t i = 0; i < h->leads; i++) {
		struct scoring_view view;
		scoring_lead_view(leads[i], false, &view);
		sum += view.total;
		scoring_lead_free(&leads[i]);
	}
	free(leads);
	return sum;
}

static int64_t score_row(struct model *m, struct row *row, const struct scoring_event *ev)
{
	struct scoring_lead *l = NULL;
	struct scoring_view view;
	const struct scoring_tag *tags;
	struct err e = {0};
	enum status st = row->profile ? scoring_lead_load(m, row->profile, row->state.data, row->state.len, &l, &e) : scoring_lead_new(m, &l, &e);
	if (st != ST_OK || scoring_lead_apply(l, ev, NULL, &e) != ST_OK || scoring_lead_advance(l, ev->at, NULL, &e) != ST_OK)
		die("stored", &e);
	scoring_lead_view(l, true, &view);
	scoring_lead_tags(l, &tags);
	if (!row->profile || scoring_lead_profile_changed(l)) {
		free(row->profile);
		row->profile = json_dumps(scoring_lead_profile(l), JSON_COMPACT);
	}
	buf_clear(&row->state);
	if (!scoring_lead_save(l, &row->state))
		die("save", NULL);
	scoring_lead_free(&l);
	return view.total;
}

static int64_t pass_stored(struct model *m, const struct history *h, int64_t *ret_us)
{
	struct row *rows = calloc(h->leads, sizeof(*rows));
	int64_t *total = calloc(h->leads, sizeof(*total)), sum = 0, began = spent_us();
	for (size_t i = 0; rows && total && i < h->n; i++)
		total[h->lead[i]] = score_row(m, &rows[h->lead[i]], &h->events[i]);
	*ret_us = spent_us() - began;
	for (size_t i = 0; i < h->leads; i++) {
		sum += total[i];
		free(rows[i].profile);
		buf_free(&rows[i].state);
	}
	free(rows);
	free(total);
	return sum;
}

int main(int argc, char **argv)
{
	if (argc != 5 && argc != 6)
		die("usage: engine MODEL|default EVENTS.ndjson SECONDS replay|mixed|stored [SEGMENTS.json]", NULL);
	struct model *m = compile(argv[1], argc > 5 ? argv[5] : NULL);
	struct history h = read_history(argv[2]);
	int64_t wanted_us = (int64_t)(atof(argv[3]) * 1e6), total_us = 0, sum = 0;
	size_t passes = 0;
	if (strcmp(argv[4], "replay") == 0)
		order_by_lead(&h);
	for (; passes == 0 || total_us < wanted_us; passes++) {
		int64_t us = 0;
		sum = strcmp(argv[4], "stored") == 0 ? pass_stored(m, &h, &us) : pass_in_memory(m, &h, &us);
		total_us += us;
	}
	fprintf(stderr, "%zu passes of %zu events of %zu leads, sum of totals %" PRId64 "\n", passes, h.n, h.leads, sum);
	printf("%.0f\n", (double)passes * (double)h.n * 1e6 / (double)total_us);
	json_decref(h.lines);
	free(h.events);
	free(h.lead);
	free(h.order);
	model_unref(&m);
	return 0;
}
