/* What of a batch no person did: flagged, or stored as voided at once; and stored events that the new ones show to be part of a burst. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "batch_priv.h"

#define RANGE_TYPES_MAX 20

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static struct filter *compile(const char *text)
{
	struct err e = {0};
	json_t *doc = NULL;
	struct filter *f = NULL;
	enum status s = text ? json_read(text, strlen(text), &(struct json_limits){.max_bytes = 1u << 20, .max_tokens = 100000}, &doc, &e) : ST_OK;
	if (s == ST_OK)
		s = filter_compile(doc, &f, &e);
	json_decref(doc);
	/* They are validated before they are stored. Events are not refused for it. */
	if (s != ST_OK)
		log_line(LOG_ERROR, "filters_broken", log_str("code", e.code), log_str("detail", e.detail));
	return f;
}

struct filter *batch_filter_of(struct batch_lane *lane, const struct uuid *workspace, const char *text)
{
	if (!text) {
		if (!lane->default_filter)
			lane->default_filter = compile(NULL);
		return lane->default_filter;
	}
	struct lane_filter *slot = &lane->filters[hash64(workspace->b, sizeof workspace->b) % LANE_FILTERS];
	if (slot->text && !uuid_cmp(&slot->workspace, workspace) && !strcmp(slot->text, text))
		return slot->filter;
	filter_free(&slot->filter);
	free(slot->text);
	slot->workspace = *workspace;
	slot->text = strdup(text);
	slot->filter = compile(text);
	return slot->filter;
}

void batch_filters_free(struct batch_lane *lane)
{
	for (size_t i = 0; i < LANE_FILTERS; i++) {
		filter_free(&lane->filters[i].filter);
		free(lane->filters[i].text);
	}
	filter_free(&lane->default_filter);
}

static const char *reason_of(const char *flag)
{
	static const char *const reasons[][2] = {{"bot_agent", "Its user agent is a robot's or a scanner's."}, {"bot_network", "It comes from a network that is filtered."},
		{"scanner_burst", "It is one of too many in too short a time for a person."}, {"scanner_prompt", "It came too soon after the e-mail was sent."}, {"form_honeypot", "A field of the form was filled in that people do not see."},
		{"form_too_quick", "The form was sent sooner than a person can fill it in."}};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (!strcmp(reasons[i][0], flag))
			return reasons[i][1];
	return "";
}

static void set_flag(const struct batch *b, struct entry *x, const char *flag)
{
	x->flag = flag;
	x->void_reason = filter_voids(b->filter, flag) ? reason_of(flag) : NULL;
}

static bool is_event(const struct entry *x)
{
	return x->command->kind == COMMAND_EVENT && x->err.status == ST_OK && x->lead >= 0 && !x->command->stored && !scoring_event_type_reserved(x->command->type);
}

void batch_filter_events(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		if (!is_event(x))
			continue;
		if (x->command->flag) {
			x->flag = x->command->flag;
			x->void_reason = reason_of(x->flag);
			continue;
		}
		const char *flag = b->filter && x->command->properties ? filter_event(b->filter, x->command->properties) : NULL;
		if (flag)
			set_flag(b, x, flag);
	}
}

/* An event among those around it, and what it belongs to: a new one's entry, or a stored one's row. */
struct around {
	struct filter_event v;
	struct entry *entry;
	const struct batch_near *row;
};

static int by_time(const void *pa, const void *pb)
{
	const struct filter_event *a = &((const struct around *)pa)->v, *b = &((const struct around *)pb)->v;
	int c = batch_event_order(a->at, &a->key, b->at, &b->key);
	/* The stored one first: it is the one that counts. */
	return c ? c : (((const struct around *)pb)->row != NULL) - (((const struct around *)pa)->row != NULL);
}

static bool looks_around(const struct batch *b, const struct entry *x)
{
	return is_event(x) && !x->duplicate && filter_looks_around(b->filter, x->command->type);
}

/* A stored event is found out: it is flagged, and if need be voided, unless it is already. One of a burst stays that: others of it may lie beyond what the new ones look at. */
static void catch_stored(struct batch *b, struct work_lead *w, const struct batch_near *row, const char *flag, bool *ret_voids)
{
	if (row->flag && !strcmp(row->flag, "scanner_burst") && strcmp(flag, row->flag) != 0)
		return;
	bool voids = filter_voids(b->filter, flag) && row->voided_at == INSTANT_NEVER;
	if (voids) {
		w->voids[w->n_voids++] = (struct work_void){.key = row->key, .lead_id = row->lead_id, .reason = reason_of(flag), .flag = flag};
		*ret_voids = true;
	} else if (!row->flag || strcmp(row->flag, flag) != 0) {
		b->flags[b->n_flags++] = (struct batch_mark){.lead_id = row->lead_id, .key = row->key, .voided_at = INSTANT_NEVER, .flag = flag};
	}
}

static enum status judge(struct batch *b, struct work_lead *w, const struct batch_near *rows, size_t n_rows, bool *ret_changed, bool *ret_voids, struct err *e)
{
	size_t n = n_rows;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		n++;
	struct around *all = arena_array(b->arena, n + 1, sizeof *all);
	struct filter_event *events = arena_array(b->arena, n + 1, sizeof *events);
	w->voids = arena_array(b->arena, n_rows + 1, sizeof *w->voids);
	if (!all || !events || !w->voids)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < n_rows; i++) {
		/* What an event is by itself stays; what it is among others is found anew. */
		bool own = rows[i].flag && !strncmp(rows[i].flag, "bot_", 4);
		all[n++] = (struct around){.v = {.key = rows[i].key, .at = rows[i].at, .type = rows[i].type, .message_id = rows[i].message_id, .flag = own ? rows[i].flag : NULL},
			.row = &rows[i]};
	}
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next) {
		struct entry *x = &b->entries[i];
		const struct command *c = x->command;
		if (looks_around(b, x))
			all[n++] = (struct around){.v = {.key = c->event_key, .at = c->at, .type = c->type, .flag = x->flag,
				.message_id = json_string_value(json_object_get(c->properties, "message_id"))}, .entry = x};
	}
	qsort(all, n, sizeof *all, by_time);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!kept || uuid_cmp(&all[kept - 1].v.key, &all[i].v.key) != 0)
			all[kept++] = all[i];
	for (size_t i = 0; i < kept; i++)
		events[i] = all[i].v;
	filter_around(b->filter, events, kept);
	for (size_t i = 0; i < kept; i++) {
		if (!events[i].flag || events[i].flag == all[i].v.flag)
			continue;
		*ret_changed = true;
		if (all[i].entry)
			set_flag(b, all[i].entry, events[i].flag);
		else
			catch_stored(b, w, all[i].row, events[i].flag, ret_voids);
	}
	return ST_OK;
}

/* The time in which events of this lead may matter to its new ones. */
static bool range_of(const struct batch *b, const struct work_lead *w, int64_t *ret_low, int64_t *ret_high)
{
	int64_t low = INT64_MAX, high = INT64_MIN;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next) {
		const struct entry *x = &b->entries[i];
		if (!looks_around(b, x))
			continue;
		int64_t at = x->command->at, reach = filter_reach(b->filter);
		low = low < at - reach ? low : at - reach;
		high = high > at + reach ? high : at + reach;
	}
	*ret_low = low, *ret_high = high;
	return low <= high;
}

/* Those of the rows that are of a lead; of several members they are brought together. */
static enum status near_of(struct batch *b, const struct work_lead *w, const struct batch_near *rows, size_t n_rows, const struct batch_near **ret, size_t *ret_n, struct err *e)
{
	const struct uuid *members;
	size_t k = batch_members_of(w, &members), n = 0;
	struct batch_near *all = k > 1 ? arena_array(b->arena, n_rows + 1, sizeof *all) : NULL;
	if (k > 1 && !all)
		return nomem(e);
	*ret = all;
	for (size_t i = 0; i < k; i++) {
		size_t from = 0, count = 0;
		while (from < n_rows && uuid_cmp(&rows[from].lead_id, &members[i]) < 0)
			from++;
		while (from + count < n_rows && !uuid_cmp(&rows[from + count].lead_id, &members[i]))
			count++;
		if (k == 1)
			*ret = rows + from;
		else if (count)
			memcpy(all + n, rows + from, count * sizeof *all);
		n += count;
	}
	*ret_n = n;
	return ST_OK;
}

enum status batch_filter_around(struct batch *b, bool *wanted, struct err *e)
{
	size_t n = 0, n_ranges = 0;
	for (size_t i = 0; i < b->n_leads; i++)
		n_ranges += b->leads[i].n_members + 1;
	struct batch_range *ranges = arena_array(b->arena, n_ranges, sizeof *ranges);
	struct work_lead **of = arena_array(b->arena, b->n_leads + 1, sizeof(*of));
	if (!of || (n_ranges && !ranges))
		return nomem(e);
	n_ranges = 0;
	for (size_t i = 0; b->filter && i < b->n_leads; i++) {
		struct work_lead *w = &b->leads[i];
		const struct uuid *members;
		int64_t low, high;
		if (!w->own.model || !range_of(b, w, &low, &high))
			continue;
		of[n++] = w;
		size_t k = batch_members_of(w, &members);
		for (size_t m = 0; m < k; m++)
			ranges[n_ranges++] = (struct batch_range){members[m], low, high};
	}
	if (!n)
		return ST_OK;
	struct batch_near *rows = NULL;
	size_t n_rows = 0;
	const char *types[RANGE_TYPES_MAX];
	enum status s = store_batch_around(b->db, &b->workspace, ranges, n_ranges, types, filter_types(b->filter, types, RANGE_TYPES_MAX), b->arena, &rows, &n_rows, e);
	if (s == ST_OK && !(b->flags = arena_array(b->arena, n_rows + 1, sizeof *b->flags)))
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		struct work_lead *w = of[i];
		const struct batch_near *theirs;
		size_t count = 0;
		bool changed = false, voids = false;
		s = near_of(b, w, rows, n_rows, &theirs, &count, e);
		if (s == ST_OK)
			s = judge(b, w, theirs, count, &changed, &voids, e);
		wanted[w - b->leads] |= voids;
		if (s == ST_OK && changed && w->own.lead)
			s = batch_list_events(b, w, e);
	}
	return s;
}
