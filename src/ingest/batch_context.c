/* What is known of a lead when it is handed over: the snapshot that a handoff carries.
 *
 * Made in the batch that raises it, so that it is of that very moment. It needs the lead's events; those of leads that are about to be handed over are read in one round
 * trip, if no replay had them read already. Plain events pay nothing for it. */
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"
#include "scoring/explain.h"
#include "scoring/next_summary.h"

#define CONTEXT_BYTES_MAX 16384
#define EVENTS_SHOWN 50
#define LOOKED_AT 500 /* of the newest events, for pages and downloads */
#define PAGES_SHOWN 10
#define LINES_SHOWN 20
#define TEXT_SHOWN 200 /* bytes of a path or a title */
#define LOOKS_MAX 32   /* of one batch: each tries events by the hundred, while leads are locked */

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool raises(const struct scoring_transition *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].kind == TRANSITION_STAGE && (!strcmp(t[i].to, "mql") || !strcmp(t[i].to, "sal")))
			return true;
	return false;
}

static bool handed_over(const struct batch *b, const struct work_lead *w)
{
	if (raises(w->own.net, w->own.n_net) || raises(w->own.effects.transitions, w->own.effects.n_transitions))
		return true;
	for (int32_t i = w->first; b->n_held && i >= 0; i = b->entries[i].next)
		if (b->entries[i].command->kind == COMMAND_RELEASE)
			return true;
	return false;
}

enum status batch_contexts(struct batch *b, struct err *e)
{
	bool *wanted = NULL;
	size_t n = 0;
	for (size_t i = 0; i < b->n_leads; i++) {
		const struct work_lead *w = &b->leads[i];
		if (!w->own.lead || !w->row || w->has_history || !handed_over(b, w))
			continue;
		if (!wanted && !(wanted = arena_array(b->arena, b->n_leads, sizeof *wanted)))
			return nomem(e);
		wanted[i] = true;
		n += w->n_members + 1;
	}
	if (!n)
		return ST_OK;
	struct uuid *ids = arena_array(b->arena, n, sizeof *ids);
	if (!ids)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < b->n_leads; i++) {
		const struct uuid *members;
		size_t k = wanted[i] ? batch_members_of(&b->leads[i], &members) : 0;
		for (size_t m = 0; m < k; m++)
			ids[n++] = members[m];
	}
	enum status s = store_batch_history(b->db, &b->workspace, ids, n, b->arena, &b->history, &b->n_history, e);
	return s == ST_OK ? batch_share_history(b, wanted, e) : s;
}

/* Every event of the lead that counts, stored and new, in order. NULL: out of memory. */
static struct scoring_event *all_events(struct batch *b, const struct work_lead *w, size_t *ret_n)
{
	struct scoring_event *all = arena_array(b->arena, w->n_history + w->n_list + 1, sizeof *all);
	size_t n = 0, h = 0, i = 0;
	while (all && (h < w->n_history || i < w->n_list)) {
		const struct batch_event *v = h < w->n_history ? &w->history[h] : NULL;
		const struct command *c = i < w->n_list ? w->list[i]->command : NULL;
		if (v && batch_voided(w, &v->key)) {
			h++;
			continue;
		}
		if (v && (!c || batch_event_order(v->at, &v->key, c->at, &c->event_key) < 0)) {
			all[n++] = batch_event_stored(v);
			h++;
		} else {
			all[n++] = batch_event_of(w->list[i++]);
		}
	}
	*ret_n = n;
	return all;
}

static void put_short(struct buf *o, const char *key, const json_t *v)
{
	const char *s = json_string_value(v);
	buf_printf(o, "\"%s\":", key);
	if (!s) {
		buf_puts(o, "null");
		return;
	}
	size_t n = json_string_length(v);
	while (n > TEXT_SHOWN || (n && n < json_string_length(v) && ((unsigned char)s[n] & 0xc0) == 0x80))
		n--;
	buf_json_strn(o, s, n);
}

/* The properties of an event; *ret_owned is to be dropped. */
static const json_t *properties_of(const struct scoring_event *ev, json_t **ret_owned)
{
	*ret_owned = !ev->properties && ev->properties_text ? json_loads(ev->properties_text, 0, NULL) : NULL;
	return ev->properties ? ev->properties : *ret_owned;
}

struct page {
	const char *path;
	int views;
};

/* Distinct pages, the newest look first. */
static void put_pages(struct batch *b, struct buf *o, const struct scoring_event *events, size_t n, size_t most)
{
	struct page pages[PAGES_SHOWN];
	size_t n_pages = 0, looked = 0;
	struct buf items[PAGES_SHOWN];
	for (size_t i = n; i-- > 0 && looked < LOOKED_AT; looked++) {
		json_t *owned;
		if (strcmp(events[i].type, "page_view") != 0)
			continue;
		const json_t *p = properties_of(&events[i], &owned), *path = json_object_get(p, "path");
		if (!json_is_string(path))
			path = json_object_get(p, "url");
		size_t k = 0;
		while (json_is_string(path) && k < n_pages && strcmp(pages[k].path, json_string_value(path)) != 0)
			k++;
		if (json_is_string(path) && k == n_pages && n_pages < most && (pages[k].path = arena_strdup(b->arena, json_string_value(path)))) {
			pages[k].views = 0;
			items[n_pages++] = (struct buf)BUF_INIT;
			put_short(&items[k], "path", path);
			buf_putc(&items[k], ',');
			put_short(&items[k], "title", json_object_get(p, "title"));
			buf_puts(&items[k], ",\"last_at\":");
			buf_json_time(&items[k], events[i].at);
		}
		if (k < n_pages)
			pages[k].views++;
		json_decref(owned);
	}
	buf_puts(o, ",\"pages\":[");
	for (size_t k = 0; k < n_pages; k++) {
		buf_puts(o, k ? ",{" : "{");
		buf_put(o, items[k].data, items[k].len);
		buf_printf(o, ",\"views\":%d}", pages[k].views);
		o->failed |= !buf_ok(&items[k]);
		buf_free(&items[k]);
	}
	buf_putc(o, ']');
}

static void put_downloads(struct buf *o, const struct scoring_event *events, size_t n, size_t most)
{
	size_t shown = 0, looked = 0;
	buf_puts(o, ",\"downloads\":[");
	for (size_t i = n; i-- > 0 && looked < LOOKED_AT && shown < most; looked++) {
		json_t *owned;
		if (strcmp(events[i].type, "content_download") != 0)
			continue;
		const json_t *p = properties_of(&events[i], &owned);
		buf_puts(o, shown++ ? ",{" : "{");
		put_short(o, "kind", json_object_get(p, "kind"));
		buf_putc(o, ',');
		put_short(o, "name", json_object_get(p, "name"));
		buf_puts(o, ",\"at\":");
		buf_json_time(o, events[i].at);
		buf_putc(o, '}');
		json_decref(owned);
	}
	buf_putc(o, ']');
}

/* What they looked for, by what their events name: topics, products and categories, each once, and the pains that they told. */
static void put_interests(struct batch *b, struct buf *o, const json_t *profile, const struct scoring_event *events, size_t n, size_t most)
{
	static const char *const keys[] = {"topic", "product", "category"};
	const char *seen[PAGES_SHOWN];
	size_t shown = 0, looked = 0;
	const json_t *pains = json_object_get(json_object_get(profile, "needs"), "pains");
	buf_puts(o, ",\"interests\":[");
	for (size_t i = 0; i < json_array_size(pains) && shown < most; i++) {
		const char *text = json_string_value(json_array_get(pains, i));
		if (!text)
			continue;
		buf_puts(o, shown ? "," : "");
		buf_json_str(o, text);
		seen[shown++] = text;
	}
	for (size_t i = n; i-- > 0 && looked < LOOKED_AT && shown < most; looked++) {
		json_t *owned;
		const json_t *p = properties_of(&events[i], &owned);
		for (size_t k = 0; k < 3 && shown < most; k++) {
			const char *text = json_string_value(json_object_get(p, keys[k])), *copy;
			bool known = !text || strlen(text) > TEXT_SHOWN;
			for (size_t m = 0; m < shown && !known; m++)
				known = !strcmp(seen[m], text);
			if (known || !(copy = arena_strdup(b->arena, text)))
				continue;
			buf_puts(o, shown ? "," : "");
			buf_json_str(o, copy);
			seen[shown++] = copy;
		}
		json_decref(owned);
	}
	buf_putc(o, ']');
}

/* The last ones, newest first; what the service itself noted is left out. */
static void put_events(struct buf *o, const struct scoring_event *events, size_t n, size_t most)
{
	size_t shown = 0;
	buf_puts(o, ",\"events\":[");
	for (size_t i = n; i-- > 0 && shown < most;) {
		if (scoring_event_type_reserved(events[i].type))
			continue;
		buf_puts(o, shown++ ? ",{\"type\":" : "{\"type\":");
		buf_json_str(o, events[i].type);
		buf_puts(o, ",\"at\":");
		buf_json_time(o, events[i].at);
		buf_putc(o, '}');
	}
	buf_putc(o, ']');
}

static const struct contribution *heaviest(const struct explanation *x, const bool *taken, size_t *ret)
{
	const struct contribution *best = NULL;
	for (size_t i = 0; i < x->n_contributions; i++) {
		const struct contribution *c = &x->contributions[i];
		int64_t size = c->points_now < 0 ? -c->points_now : c->points_now;
		if (taken[i] || !size || (best && size <= (best->points_now < 0 ? -best->points_now : best->points_now)))
			continue;
		best = c;
		*ret = i;
	}
	return best;
}

/* Why it has its score: what weighs most now comes first. */
static bool put_contributions(struct batch *b, struct buf *o, const struct explanation *x, size_t most)
{
	bool *taken = arena_array(b->arena, x->n_contributions + 1, sizeof *taken);
	const struct contribution *c;
	size_t at = 0;
	buf_puts(o, ",\"contributions\":[");
	for (size_t i = 0; taken && i < most && (c = heaviest(x, taken, &at)); i++) {
		taken[at] = true;
		buf_puts(o, i ? ",{\"rule\":" : "{\"rule\":");
		buf_json_str(o, c->rule);
		buf_puts(o, ",\"label\":");
		buf_json_str(o, c->label);
		buf_puts(o, ",\"points\":");
		buf_json_milli(o, c->points);
		buf_puts(o, ",\"points_now\":");
		buf_json_milli(o, c->points_now);
		buf_puts(o, ",\"at\":");
		buf_json_time(o, c->at);
		buf_putc(o, '}');
	}
	buf_putc(o, ']');
	return taken != NULL;
}

/* What to say: the questions still open. */
static void put_asks(struct buf *o, const struct explanation *x, size_t most)
{
	size_t shown = 0;
	buf_puts(o, ",\"asks\":[");
	for (size_t i = 0; i < x->n_criteria && shown < most; i++) {
		const struct criterion_view *c = &x->criteria[i];
		if (!c->ask || c->met >= 0)
			continue;
		buf_puts(o, shown++ ? ",{\"criterion\":" : "{\"criterion\":");
		buf_json_str(o, c->id);
		buf_puts(o, ",\"ask\":");
		buf_json_str(o, c->ask);
		buf_putc(o, '}');
	}
	buf_putc(o, ']');
}

static void put_standing(struct batch *b, struct buf *o, struct work_lead *w)
{
	const struct scoring_view *v = &w->own.view;
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(w->own.lead, &tags);
	buf_puts(o, "{\"score\":");
	batch_put_score(o, v->total, v->fit, v->engagement, v->as_of, model_version(b->model));
	buf_printf(o, ",\"tier\":\"%c\",\"grade\":\"%s\",\"stage\":\"%s\",\"tags\":[", v->tier, v->grade, stage_name(v->stage));
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(o, ',');
		buf_json_str(o, tags[i].tag);
	}
	buf_puts(o, "],\"event\":");
	buf_json_str(o, w->event_type);
}

/* What would lift it, in a few sentences: how far the next stage is, what to ask, when it falls. Out of memory it is left out, and where very many are
 * raised at once. */
static void put_next(struct batch *b, struct buf *o, struct work_lead *w)
{
	struct scoring_next next;
	struct err ignored;
	struct buf zh = BUF_INIT, en = BUF_INIT;
	if (b->n_looks >= LOOKS_MAX || scoring_next(w->own.lead, &next, &ignored) != ST_OK)
		return;
	b->n_looks++;
	next_summary(&zh, b->model, &next, true);
	next_summary(&en, b->model, &next, false);
	scoring_next_free(&next);
	if (buf_ok(&zh) && buf_ok(&en)) {
		buf_puts(o, ",\"next\":{\"summary\":{\"zh\":");
		buf_json_str(o, zh.data);
		buf_puts(o, ",\"en\":");
		buf_json_str(o, en.data);
		buf_puts(o, "}}");
	}
	buf_free(&zh);
	buf_free(&en);
}

/* With a `share`-th of each list; the profile only if it fits. */
static const char *render(struct batch *b, struct work_lead *w, const struct explanation *x, const struct scoring_event *events, size_t n, size_t share, const char *next, bool *ret_fits)
{
	struct buf o = BUF_INIT;
	json_t *profile = scoring_lead_profile(w->own.lead);
	put_standing(b, &o, w);
	bool ok = put_contributions(b, &o, x, LINES_SHOWN / share) && profile;
	put_asks(&o, x, PAGES_SHOWN);
	buf_puts(&o, next);
	put_pages(b, &o, events, n, PAGES_SHOWN / share);
	put_downloads(&o, events, n, PAGES_SHOWN / share);
	put_interests(b, &o, profile, events, n, PAGES_SHOWN / share);
	put_events(&o, events, n, EVENTS_SHOWN / share);
	size_t without = o.len;
	buf_puts(&o, ",\"profile\":");
	ok = ok && json_write(profile, false, &o);
	bool whole = o.len < CONTEXT_BYTES_MAX - 32;
	if (!whole && share > 1 && buf_ok(&o))
		o.len = without;
	buf_puts(&o, share > 1 ? ",\"truncated\":true}" : "}");
	*ret_fits = o.len <= CONTEXT_BYTES_MAX;
	const char *text = ok && buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	return text;
}

const char *batch_context_json(struct batch *b, struct work_lead *w)
{
	struct explanation x = {0};
	struct err ignored;
	size_t n;
	bool fits = false;
	const char *text = NULL;
	struct scoring_event *events = all_events(b, w, &n);
	if (!events || scoring_explain(b->model, events, n, w->own.view.as_of, &x, &ignored) != ST_OK)
		return NULL;
	struct buf next = BUF_INIT;
	put_next(b, &next, w);
	for (size_t share = 1; !fits && share <= 10; share = share == 1 ? 2 : share * 5)
		if (!(text = render(b, w, &x, events, n, share, buf_ok(&next) && next.len ? next.data : "", &fits)))
			break;
	buf_free(&next);
	scoring_explanation_free(&x);
	return text;
}
