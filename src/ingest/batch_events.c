/* The new events of a lead within a batch, and the stored ones. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

struct scoring_event batch_event_of(const struct entry *x)
{
	const struct command *c = x->command;
	return (struct scoring_event){.key = c->event_key, .at = c->at, .type = c->type, .properties = c->properties, .patch = c->patch, .source = c->source,
		.properties_text = c->properties_text, .patch_text = c->patch_text, .source_text = c->source_text, .email = c->email, .phone = c->phone};
}

struct scoring_event batch_event_stored(const struct batch_event *v)
{
	return (struct scoring_event){.key = v->key, .at = v->at, .type = v->type, .properties_text = v->properties, .patch_text = v->patch, .source_text = v->source,
		.email = v->email, .phone = v->phone};
}

int batch_event_order(int64_t a_at, const struct uuid *a, int64_t b_at, const struct uuid *b)
{
	return a_at != b_at ? (a_at < b_at ? -1 : 1) : uuid_cmp(a, b);
}

static int entry_order(const void *pa, const void *pb)
{
	const struct command *a = (*(struct entry *const *)pa)->command, *b = (*(struct entry *const *)pb)->command;
	return batch_event_order(a->at, &a->event_key, b->at, &b->event_key);
}

/* b->history is in lead, then event order: what is stored under one lead. */
static size_t stored_under(const struct batch *b, const struct uuid *lead, const struct batch_event **ret)
{
	size_t from = 0, end = b->n_history;
	while (from < end) {
		size_t mid = (from + end) / 2;
		if (uuid_cmp(&b->history[mid].lead_id, lead) < 0)
			from = mid + 1;
		else
			end = mid;
	}
	size_t to = from;
	while (to < b->n_history && !uuid_cmp(&b->history[to].lead_id, lead))
		to++;
	*ret = b->history + from;
	return to - from;
}

/* What is stored under several leads, in one order. */
static enum status gather(struct batch *b, const struct uuid *ids, size_t n_ids, const struct batch_event **ret, size_t *ret_n, struct err *e)
{
	const struct batch_event *part;
	size_t n = 0;
	for (size_t i = 0; i < n_ids; i++)
		n += stored_under(b, &ids[i], &part);
	struct batch_event *all = arena_array(b->arena, n + 1, sizeof *all);
	if (!all)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < n_ids; i++) {
		size_t k = stored_under(b, &ids[i], &part);
		if (k)
			memcpy(all + n, part, k * sizeof *all);
		n += k;
	}
	*ret = all;
	*ret_n = store_merge_events(all, n);
	return ST_OK;
}

enum status batch_share_history(struct batch *b, const bool *wanted, struct err *e)
{
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		struct work_lead *w = &b->leads[i];
		if (!wanted[i])
			continue;
		w->has_history = true;
		if (w->n_members > 1)
			s = gather(b, w->members, w->n_members, &w->history, &w->n_history, e);
		else
			w->n_history = stored_under(b, &w->id, &w->history);
		if (s == ST_OK && w->joined)
			s = gather(b, w->was, w->n_was, &w->history_was, &w->n_history_was, e);
	}
	return s;
}

/* The instant of events that name none: now, but not before what the lead has had already. Requests overtake each other between their arrival and their batch, by
 * less than this; taken at their arrival, each that was overtaken would cost its lead a replay. */
#define OVERTAKEN_MS 1000

static void set_instants(const struct batch *b, const struct work_lead *w, struct entry **list, size_t n)
{
	struct scoring_view view;
	scoring_lead_view(w->own.lead, false, &view);
	int64_t at = b->now;
	if (view.last_event_at != INSTANT_NEVER && view.last_event_at >= at && view.last_event_at - at < OVERTAKEN_MS)
		at = view.last_event_at + 1;
	for (size_t i = 0; i < n; i++)
		if (list[i]->command->at_now)
			list[i]->command->at = at;
}

static bool tag_held(const struct scoring_lead *l, const char *tag, bool *by_hand)
{
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(l, &tags);
	bool held = false;
	*by_hand = false;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(tags[i].tag, tag)) {
			held = true;
			*by_hand |= strncmp(tags[i].source, "rule:", 5) != 0;
		}
	return held;
}

static void check_guards(struct batch *b, struct work_lead *w)
{
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next) {
		struct entry *x = &b->entries[i];
		if (x->err.status != ST_OK)
			continue;
		if (x->command->guard == GUARD_OFFSET) {
			struct scoring_view view;
			scoring_lead_view(w->own.lead, false, &view);
			if (!view.offset)
				err_set(&x->err, ST_NOT_FOUND, "offset_not_found", "The lead has no offset.");
		}
		if (x->command->guard != GUARD_TAG_BY_HAND)
			continue;
		const char *tag = json_string_value(json_object_get(x->command->properties, "tag"));
		bool by_hand;
		if (!tag || !tag_held(w->own.lead, tag, &by_hand))
			err_set(&x->err, ST_NOT_FOUND, "tag_not_found", "The lead does not have this tag.");
		else if (!by_hand)
			err_set(&x->err, ST_CONFLICT, "tag_held_by_rule", "This tag is held by a rule of the model; it goes when the rule ceases to hold.");
	}
}

/* It came under another member before: it is stored again, as received later, and counts no more. */
static void repeat(struct entry *x, const struct entry *first)
{
	x->duplicate = true;
	x->copied = x->under != first->under;
	if (x->copied && x->received_at <= first->received_at)
		x->received_at = first->received_at + 1;
}

/* Marks events whose key comes again among those of their lead: the first to arrive stays. Repeats within a batch are rare and leads with many events in one batch too:
 * a plain scan up to a size, then a table of keys. */
static enum status mark_repeats(struct batch *b, struct entry **list, size_t n, struct err *e)
{
	for (size_t i = 1; i < n && n <= 32; i++)
		for (size_t k = 0; k < i && !list[i]->duplicate; k++)
			if (!list[k]->duplicate && !uuid_cmp(&list[k]->command->event_key, &list[i]->command->event_key))
				repeat(list[i], list[k]);
	if (n <= 32)
		return ST_OK;
	size_t size = 64;
	while (size < 2 * n)
		size *= 2;
	struct entry **seen = arena_array(b->arena, size, sizeof(*seen));
	if (!seen)
		return nomem(e);
	for (size_t i = 0; i < n; i++) {
		uint64_t h;
		memcpy(&h, list[i]->command->event_key.b + 8, sizeof h);
		size_t at = h & (size - 1);
		while (seen[at] && uuid_cmp(&seen[at]->command->event_key, &list[i]->command->event_key) != 0)
			at = (at + 1) & (size - 1);
		if (seen[at])
			repeat(list[i], seen[at]);
		else
			seen[at] = list[i];
	}
	return ST_OK;
}

enum status batch_list_events(struct batch *b, struct work_lead *w, struct err *e)
{
	check_guards(b, w);
	size_t n = 0;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		n++;
	struct entry **list = arena_array(b->arena, n + 1, sizeof(*list));
	if (!list)
		return nomem(e);
	n = 0;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next) {
		struct entry *x = &b->entries[i];
		if (x->command->kind == COMMAND_EVENT && x->err.status == ST_OK && !x->duplicate)
			list[n++] = x;
	}
	enum status s = mark_repeats(b, list, n, e);
	if (s != ST_OK)
		return s;
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (list[i]->duplicate)
			continue;
		/* The note that says an event was voided is itself no event; it is among exported rows. */
		if (list[i]->void_reason || (list[i]->command->stored && !strcmp(list[i]->command->type, "event_voided"))) {
			list[i]->stored = w->stored_void = true;
			list[i]->n_awards = list[i]->n_transitions = 0;
		} else {
			list[kept++] = list[i];
		}
	}
	set_instants(b, w, list, kept);
	qsort(list, kept, sizeof(*list), entry_order);
	w->list = list;
	w->n_list = kept;
	return ST_OK;
}
