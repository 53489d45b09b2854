/* From scored leads to rows. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "batch_priv.h"

#define TERMS_PER_LEAD 48
/* Each patch is limited by its adapter; this limits what many of them add up to, for every later event reads and writes it. */
#define PROFILE_BYTES_MAX 65536

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "out of memory");
}

static const char *text_field(struct batch *b, const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));
	return s ? arena_strdup(b->arena, s) : NULL;
}

static enum status profile_rows(struct batch *b, struct work_lead *w, struct batch_lead_write *l, struct err *e)
{
	json_t *profile = scoring_lead_profile(w->own.lead);
	struct buf text = BUF_INIT;
	if (!profile || !json_write(profile, false, &text) || !buf_ok(&text)) {
		buf_free(&text);
		return nomem(e);
	}
	w->profile_text = arena_strndup(b->arena, text.data, text.len);
	buf_free(&text);
	if (!w->profile_text)
		return nomem(e);
	if (strlen(w->profile_text) > PROFILE_BYTES_MAX)
		return err_set(e, ST_INVALID, "profile_too_large", "The lead's profile would be larger than %d bytes.", PROFILE_BYTES_MAX);
	l->profile = w->profile_text;
	l->owner = text_field(b, profile, "owner");
	l->email = text_field(b, profile, "email");
	l->phone = text_field(b, profile, "phone");
	l->name = text_field(b, profile, "name");
	return batch_account_lead(b, w, profile, l, e);
}

/* The words a lead is found by: name, title, addresses and the company's names. Returns how many, or -1 when out of memory. */
static int terms_of(struct arena *a, const json_t *profile, char *terms[TERMS_PER_LEAD])
{
	const json_t *company = json_object_get(profile, "company");
	const char *fields[] = {json_string_value(json_object_get(profile, "name")), json_string_value(json_object_get(profile, "email")),
		json_string_value(json_object_get(profile, "phone")), json_string_value(json_object_get(company, "name")),
		json_string_value(json_object_get(company, "domain")), json_string_value(json_object_get(profile, "title"))};
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (fields[i]) {
			buf_puts(&all, fields[i]);
			buf_putc(&all, '\n');
		}
	bool ok = buf_ok(&all);
	size_t n = ok && all.len ? text_terms(a, all.data, all.len, terms, TERMS_PER_LEAD) : 0;
	buf_free(&all);
	return ok ? (int)n : -1;
}

/* Whether the terms stored for this lead are these already; most profile changes touch none of the fields they come from. */
static bool terms_stand(struct batch *b, const struct work_lead *w, char *const *terms, int n)
{
	struct err ignored;
	json_t *before = NULL;
	char *old[TERMS_PER_LEAD];
	if (json_read(w->row->profile, strlen(w->row->profile), &(struct json_limits){.max_bytes = 1u << 20, .max_tokens = 100000}, &before, &ignored) != ST_OK)
		return false;
	bool same = terms_of(b->arena, before, old) == n;
	json_decref(before);
	for (int i = 0; same && i < n; i++)
		same = !strcmp(old[i], terms[i]);
	return same;
}

static enum status term_rows(struct batch *b, struct work_lead *w, struct err *e)
{
	char *terms[TERMS_PER_LEAD];
	int n = terms_of(b->arena, scoring_lead_profile(w->own.lead), terms);
	if (n < 0)
		return nomem(e);
	bool stand = w->row && terms_stand(b, w, terms, n);
	/* Found by other words, it may be found to be somebody who is there already. */
	if (n && !stand)
		b->write.marks_of_leads[b->write.n_marks_of_leads++] = (struct batch_lead_mark){.lead_id = w->id, .lead_version = w->version};
	if (stand && !w->restored)
		return ST_OK;
	if (w->row)
		b->write.reterm[b->write.n_reterm++] = w->id;
	if (b->write.n_terms + (size_t)n > b->terms_cap) {
		/* Most batches change no profile: room is made when a lead needs it. */
		size_t cap = 2 * b->terms_cap + 4 * TERMS_PER_LEAD;
		struct batch_term *more = arena_array(b->arena, cap, sizeof *more);
		if (!more)
			return nomem(e);
		if (b->write.n_terms)
			memcpy(more, b->write.terms, b->write.n_terms * sizeof *more);
		b->write.terms = more;
		b->terms_cap = cap;
	}
	for (int i = 0; i < n; i++)
		b->write.terms[b->write.n_terms++] = (struct batch_term){.lead_id = w->id, .term = terms[i]};
	return ST_OK;
}

static enum status tag_rows(struct batch *b, struct work_lead *w, struct err *e)
{
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(w->own.lead, &tags);
	if (w->row)
		b->write.retag[b->write.n_retag++] = w->id;
	if (b->write.n_tags + n > b->tags_cap) {
		size_t cap = 2 * b->tags_cap + n + 16;
		struct batch_tag *grown = arena_array(b->arena, cap, sizeof *grown);
		if (!grown)
			return nomem(e);
		if (b->write.n_tags)
			memcpy(grown, b->write.tags, b->write.n_tags * sizeof *grown);
		b->write.tags = grown;
		b->tags_cap = cap;
	}
	for (size_t i = 0; i < n; i++) {
		const char *source = arena_strdup(b->arena, tags[i].source), *tag = arena_strdup(b->arena, tags[i].tag);
		if (!source || !tag)
			return nomem(e);
		b->write.tags[b->write.n_tags++] = (struct batch_tag){.lead_id = w->id, .tag = tag, .source = source, .expires_at = tags[i].expires_at};
	}
	return ST_OK;
}

static enum status lead_rows(struct batch *b, struct work_lead *w, struct err *e)
{
	struct batch_lead_write *l = &b->write.leads[b->write.n_leads];
	w->version++;
	const struct scoring_view *v = &w->own.view;
	int32_t ordinal = 0;
	enum status s = !w->row && b->settings.tells & TELLS_CREATED ? batch_told_created(b, w, e) : ST_OK;
	if (s == ST_OK)
		s = batch_move_rows(b, w, &w->own, &ordinal, e);
	if (s != ST_OK)
		return s;
	*l = (struct batch_lead_write){.id = w->id, .created = !w->row, .version = w->version, .created_at = w->created_at, .updated_at = b->now, .as_of = v->as_of,
		.last_event_at = v->last_event_at, .next_change_at = v->next_change_at, .model_version = model_version(b->model), .score = v->shown_total, .score_offset = v->shown_offset, .fit = v->shown_fit,
		.engagement = v->shown_engagement, .tier = v->tier, .grade = arena_strdup(b->arena, v->grade), .stage = stage_name(v->stage), .has_handoff = w->has_handoff,
		.handoff_id = w->handoff_id, .handoff_state = w->has_handoff ? w->handoff_state : NULL};
	struct buf state = BUF_INIT;
	bool saved = scoring_lead_save(w->own.lead, &state) && buf_ok(&state);
	if (saved)
		l->state = arena_strndup(b->arena, state.data, state.len);
	l->state_len = state.len;
	buf_free(&state);
	if (!saved || !l->state || !l->grade)
		return nomem(e);
	const char *tags = batch_tags_literal(b->arena, w->own.lead);
	if (!tags || !w->tags_before)
		return nomem(e);
	bool retag = strcmp(tags, w->tags_before) != 0 || (!w->row && strcmp(tags, "{}") != 0) || w->restored;
	bool profile = !w->row || w->own.replayed || scoring_lead_profile_changed(w->own.lead);
	bool new_words = false;
	l->tags = tags;
	if (profile || retag) {
		s = profile_rows(b, w, l, e);
		if (s != ST_OK)
			return s;
		new_words = !w->row || w->restored || strcmp(w->row->profile, l->profile) != 0;
		l->profile_changed = retag || new_words;
	}
	if (s == ST_OK && retag)
		s = tag_rows(b, w, e);
	if (s == ST_OK && new_words)
		s = term_rows(b, w, e);
	if (s == ST_OK && w->n_segment_moves)
		s = batch_segment_rows(b, w, e);
	if (b->segments && segment_set_has_forms(b->segments))
		batch_form_starts(b, w);
	if (b->segments && segment_set_has_playbooks(b->segments))
		batch_followup_mark(b, w, l, new_words);
	if (s == ST_OK && b->settings.tells)
		s = batch_told_changes(b, w, l, new_words, e);
	if (s == ST_OK)
		s = batch_account_mark(b, w, l, e);
	b->write.n_leads++;
	return s;
}

static void event_row(struct batch *b, const struct entry *x)
{
	const struct command *c = x->command;
	b->write.events[b->write.n_events++] = (struct batch_event){.lead_id = b->leads[x->under].id, .key = c->event_key, .at = c->at, .received_at = x->received_at, .type = c->type,
		.event_id = c->event_id, .properties = c->properties_text, .patch = c->patch_text, .source = c->source_text, .email = c->email, .phone = c->phone, .cleaned = c->cleaned_text};
}

/* Rows in key order take locks and visit index pages in one direction. */
static int by_identity(const void *a, const void *b)
{
	return uuid_cmp(&((const struct batch_identity *)a)->key, &((const struct batch_identity *)b)->key);
}

static int by_lead_and_key(const void *pa, const void *pb)
{
	const struct batch_event *a = pa, *b = pb;
	int c = uuid_cmp(&a->lead_id, &b->lead_id);
	return c ? c : uuid_cmp(&a->key, &b->key);
}

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(&((const struct batch_lead_write *)a)->id, &((const struct batch_lead_write *)b)->id);
}

static int by_lead(const void *a, const void *b)
{
	return uuid_cmp(&((const struct score_news *)a)->lead_id, &((const struct score_news *)b)->lead_id);
}

static size_t moves_of(const struct work_score *c)
{
	return c->n_net + c->effects.n_transitions;
}

static int by_lead_and_version(const void *pa, const void *pb)
{
	const struct batch_score_write *a = pa, *b = pb;
	int c = uuid_cmp(&a->lead_id, &b->lead_id);
	return c ? c : (a->version > b->version) - (a->version < b->version);
}

/* A person is erased whole: with the lead all that was merged into it. */
static enum status erase_rows(struct batch *b, const struct work_lead *w, struct err *e)
{
	const struct uuid *members;
	size_t n = batch_members_of(w, &members);
	enum status s = batch_account_mark(b, w, NULL, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		char id[UUID_TEXT_MAX];
		b->write.erase[b->write.n_erase++] = members[i];
		uuid_format(&members[i], id);
		s = batch_outbox_row(b, &(struct work_lead){.id = members[i]}, "lead.erased", arena_printf(b->arena, "{\"lead_id\":\"%s\"}", id), e);
	}
	return s;
}

enum status batch_render(struct batch *b, struct err *e)
{
	size_t n_transitions = 0, n_scores = b->settings.n_others * b->n_leads, n_erased = 0, n_segment_moves = 0;
	for (size_t i = 0; i < b->n_leads; i++) {
		const struct work_lead *w = &b->leads[i];
		n_erased += w->n_members + 1;
		n_transitions += moves_of(&w->own);
		n_segment_moves += w->n_segment_moves;
		for (size_t k = 0; w->others && k < b->settings.n_others; k++)
			n_transitions += moves_of(&w->others[k]);
	}
	struct batch_write *w = &b->write;
	*w = (struct batch_write){.now = b->now, .desk = b->settings.desk, .segments = {.left = w->segments.left, .n_left = w->segments.n_left}};
	b->terms_cap = b->tags_cap = 0;
	w->leads = arena_array(b->arena, b->n_leads + 1, sizeof *w->leads);
	w->events = arena_array(b->arena, 2 * b->n + 1, sizeof *w->events);
	w->closed_handoffs = arena_array(b->arena, b->n_leads + 1, sizeof *w->closed_handoffs);
	w->retag = arena_array(b->arena, b->n_leads + 1, sizeof *w->retag);
	w->reterm = arena_array(b->arena, b->n_leads + 1, sizeof *w->reterm);
	w->transitions = arena_array(b->arena, n_transitions + 1, sizeof *w->transitions);
	w->handoffs = arena_array(b->arena, n_transitions + b->n_held + 1, sizeof *w->handoffs);
	w->outbox = arena_array(b->arena, 2 * (n_transitions + b->n_held) + 2 * b->n_joins + n_erased + n_segment_moves + batch_told_max(b) + b->n_handoffs + b->n_answers + 3, sizeof *w->outbox);
	w->erase = arena_array(b->arena, n_erased + 1, sizeof *w->erase);
	w->marks_of_leads = arena_array(b->arena, b->n_leads + 1, sizeof *w->marks_of_leads);
	w->accounts.marks = arena_array(b->arena, 3 * b->n_leads + n_erased + 1, sizeof *w->accounts.marks);
	w->released = arena_array(b->arena, b->n_held + 1, sizeof *w->released);
	w->scores = arena_array(b->arena, n_scores + 1, sizeof *w->scores);
	if (!w->scores || !w->closed_handoffs || !w->released || !w->accounts.marks)
		return nomem(e);
	if (!w->marks_of_leads || !w->leads || !w->events || !w->retag || !w->reterm || !w->transitions || !w->handoffs || !w->outbox || !w->erase)
		return nomem(e);
	if (b->settings.tells && !(w->score_news = arena_array(b->arena, b->n_leads + 1, sizeof *w->score_news)))
		return nomem(e);
	w->identities = b->new_identities;
	w->n_identities = b->n_new_identities;
	enum status s = b->segments ? batch_segments_begin(b, e) : ST_OK;
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		if (b->n_held)
			s = batch_release(b, &b->leads[i], e);
		if (s == ST_OK && b->leads[i].touched)
			s = lead_rows(b, &b->leads[i], e);
		if (s == ST_OK && b->leads[i].others)
			s = batch_other_rows(b, &b->leads[i], e);
	}
	for (size_t i = 0; s == ST_OK && i < b->n; i++) {
		struct entry *x = &b->entries[i];
		if (x->stored || x->copied)
			event_row(b, x);
		if (x->err.status == ST_OK && x->command->kind == COMMAND_ERASE)
			s = erase_rows(b, &b->leads[x->lead], e);
	}
	if (s == ST_OK)
		s = batch_void_rows(b, e);
	if (s == ST_OK)
		s = batch_handoff_rows(b, e);
	if (s == ST_OK)
		s = batch_merge_rows(b, e);
	if (s == ST_OK)
		s = batch_accounts_render(b, e);
	qsort(w->identities, w->n_identities, sizeof *w->identities, by_identity);
	qsort(w->events, w->n_events, sizeof *w->events, by_lead_and_key);
	qsort(w->leads, w->n_leads, sizeof *w->leads, by_id);
	if (w->n_score_news)
		qsort(w->score_news, w->n_score_news, sizeof *w->score_news, by_lead);
	qsort(w->scores, w->n_scores, sizeof *w->scores, by_lead_and_version);
	return s;
}
