/* Scores one lead with libleadscore and nothing else: no server, no database.
 *
 *   score [--model MODEL.json] [--at INSTANT] EVENTS.ndjson
 *
 * Each line of the file is an event: {"event_id", "type", "occurred_at", "properties", "patch"}; their order does not matter, and a line that is there twice
 * counts once. Prints the score at INSTANT (default: at the newest event), every contribution to it, and when it changes next if nothing happens.
 *
 *   cc -o score score.c $(pkg-config --cflags --libs leadscore) */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <leadscore/base/instant.h>
#include <leadscore/scoring/explain.h>
#include <leadscore/scoring/lead.h>
#include <leadscore/scoring/model.h>

struct history {
	json_t **lines; /* owned: the events point into them */
	struct scoring_event *events;
	size_t n;
};

static void fail(const char *what, const struct err *e)
{
	fprintf(stderr, "score: %s%s%s%s%s\n", what, e && e->pointer[0] ? " at " : "", e ? e->pointer : "", e && e->detail[0] ? ": " : "", e ? e->detail : "");
	exit(1);
}

static struct model *load_model(const char *path)
{
	static struct model_faults faults; /* large: not on the stack */
	struct model *m = NULL;
	struct err e = {0};
	json_error_t why;
	json_t *document = path ? json_load_file(path, 0, &why) : json_loads(model_default_document(), 0, &why);
	if (!document)
		fail(why.text, NULL);
	if (model_compile(document, 1, &m, &faults, &e) != ST_OK)
		fail("the model is not valid", faults.count ? &faults.fault[0] : &e);
	json_decref(document);
	return m;
}

/* An event's key is a hash of its id, so that the same event has the same key wherever it comes from. */
static void read_event(json_t *line, struct scoring_event *ret)
{
	const char *id = json_string_value(json_object_get(line, "event_id")), *at = json_string_value(json_object_get(line, "occurred_at"));
	ret->type = json_string_value(json_object_get(line, "type"));
	if (!id || !ret->type || !at || !instant_parse(at, strlen(at), &ret->at))
		fail("an event needs event_id, type and occurred_at (RFC 3339)", NULL);
	ret->key = hash128("example", 7, id, strlen(id));
	ret->properties = json_object_get(line, "properties");
	ret->patch = json_object_get(line, "patch");
}

static struct history load_history(const char *path)
{
	struct history h = {0};
	char *text = NULL;
	size_t cap = 0;
	FILE *file = fopen(path, "r");
	if (!file)
		fail("the file of events cannot be read", NULL);
	while (getline(&text, &cap, file) > 0) {
		json_error_t why;
		h.lines = realloc(h.lines, (h.n + 1) * sizeof(*h.lines));
		h.events = realloc(h.events, (h.n + 1) * sizeof(*h.events));
		if (!h.lines || !h.events)
			fail("out of memory", NULL);
		h.lines[h.n] = json_loads(text, JSON_REJECT_DUPLICATES, &why);
		if (!h.lines[h.n])
			fail(why.text, NULL);
		h.events[h.n] = (struct scoring_event){0};
		read_event(h.lines[h.n], &h.events[h.n]);
		h.n++;
	}
	free(text);
	fclose(file);
	return h;
}

static void print_points(int64_t milli)
{
	printf("%s%" PRId64 ".%03" PRId64, milli < 0 ? "-" : "", (milli < 0 ? -milli : milli) / 1000, (milli < 0 ? -milli : milli) % 1000);
}

static void print_explanation(const struct explanation *x)
{
	int64_t sum = 0;
	for (size_t i = 0; i < x->n_contributions; i++) {
		const struct contribution *c = &x->contributions[i];
		char at[INSTANT_TEXT_MAX];
		instant_format(c->at, at);
		printf("  %s  ", at);
		print_points(c->points_now);
		printf("  %s\n", c->label);
		sum += c->points_now;
	}
	printf("  sum ");
	print_points(sum);
	printf(", total ");
	print_points(x->view.total);
	putchar('\n');
}

int main(int argc, char **argv)
{
	const char *model_path = NULL, *at_text = NULL, *events_path = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--model") == 0 && i + 1 < argc)
			model_path = argv[++i];
		else if (strcmp(argv[i], "--at") == 0 && i + 1 < argc)
			at_text = argv[++i];
		else
			events_path = argv[i];
	}
	if (!events_path)
		fail("usage: score [--model MODEL.json] [--at INSTANT] EVENTS.ndjson", NULL);

	struct model *m = load_model(model_path);
	struct history h = load_history(events_path);
	int64_t at = INT64_MIN;
	for (size_t i = 0; i < h.n; i++)
		at = h.events[i].at > at ? h.events[i].at : at;
	if (at_text && !instant_parse(at_text, strlen(at_text), &at))
		fail("--at takes an instant like 2026-03-01T09:30:00Z", NULL);

	struct scoring_lead *lead = NULL;
	struct scoring_view view;
	struct explanation x;
	struct err e = {0};
	if (scoring_replay(m, h.events, h.n, at, &lead, NULL, &e) != ST_OK || scoring_explain(m, h.events, h.n, at, &x, &e) != ST_OK)
		fail("the events cannot be scored", &e);
	scoring_lead_view(lead, true, &view);
	printf("score %d (fit %d, engagement %d), tier %c, grade %s, stage %s\n", view.shown_total, view.shown_fit, view.shown_engagement, view.tier, view.grade,
	    stage_name(view.stage));
	print_explanation(&x);
	if (view.next_change_at != INSTANT_NEVER) {
		char next[INSTANT_TEXT_MAX];
		instant_format(view.next_change_at, next);
		printf("next change %s\n", next);
	}

	scoring_explanation_free(&x);
	scoring_lead_free(&lead);
	model_unref(&m);
	for (size_t i = 0; i < h.n; i++)
		json_decref(h.lines[i]);
	free(h.lines);
	free(h.events);
	return 0;
}
