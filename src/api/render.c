#include "render_priv.h"

#include <string.h>

#include "base/contact.h"
#include "base/instant.h"

void render_time(struct buf *b, int64_t ms)
{
	/* Five instants a lead: worth not going through printf. */
	char text[INSTANT_TEXT_MAX + 2] = "\"";
	if (ms != INSTANT_NEVER)
		instant_format(ms, text + 1);
	size_t n = strlen(text);
	text[n++] = '"';
	if (n > 2)
		buf_put(b, text, n);
	else
		buf_puts(b, "null");
}

void render_member(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json_str(b, text);
}

void render_member_time(struct buf *b, const char *key, int64_t ms)
{
	buf_printf(b, ",\"%s\":", key);
	render_time(b, ms);
}

void render_text(struct buf *b, const char *json, const char *otherwise)
{
	buf_puts(b, json ? json : otherwise);
}

void render_event_id(struct buf *b, const char *event_id, const struct uuid *key)
{
	if (event_id)
		buf_json_str(b, event_id);
	else
		buf_json_uuid(b, key->b);
}

void render_score(struct buf *b, int32_t total, int32_t fit, int32_t engagement, const int32_t *offset, int64_t as_of,
    int64_t model_version)
{
	buf_puts(b, "{\"total\":");
	buf_put_i64(b, total);
	buf_puts(b, ",\"fit\":");
	buf_put_i64(b, fit);
	buf_puts(b, ",\"engagement\":");
	buf_put_i64(b, engagement);
	if (offset) {
		buf_puts(b, ",\"offset\":");
		buf_put_i64(b, *offset);
	}
	buf_puts(b, ",\"as_of\":");
	render_time(b, as_of);
	buf_puts(b, ",\"model_version\":");
	buf_put_i64(b, model_version);
	buf_putc(b, '}');
}

/* `"a":1,"b":2,` of `{"a":1,"b":2}`; nothing of an empty object, or of what is no compact object. */
static void splice(struct buf *b, const char *object, size_t n)
{
	if (!object || n <= 2 || object[0] != '{' || object[n - 1] != '}')
		return;
	buf_put(b, object + 1, n - 2);
	buf_putc(b, ',');
}

static void put_tags(struct buf *b, const struct lead_row *l)
{
	buf_puts(b, ",\"tags\":[");
	for (size_t i = 0; i < l->n_tags; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, l->tags[i]);
	}
	buf_putc(b, ']');
}

static void put_lead(struct buf *b, const struct lead_row *l)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, l->id.b);
	buf_putc(b, ',');
	splice(b, l->profile, l->profile_len);
	buf_puts(b, "\"score\":");
	render_score(b, l->score, l->fit, l->engagement, &l->score_offset, l->as_of, l->model_version);
	buf_puts(b, ",\"tier\":\"");
	buf_putc(b, l->tier);
	buf_puts(b, "\",\"grade\":");
	buf_json_str(b, l->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, l->stage);
	put_tags(b, l);
	/* One that is set stands in the profile already. */
	if (!l->owner)
		buf_puts(b, ",\"owner\":null");
	buf_puts(b, ",\"handoff\":");
	if (l->has_handoff) {
		buf_puts(b, "{\"id\":");
		buf_json_uuid(b, l->handoff_id.b);
		buf_puts(b, ",\"state\":");
		buf_json_str(b, l->handoff_state);
		buf_putc(b, '}');
	} else {
		buf_puts(b, "null");
	}
	buf_puts(b, ",\"last_event_at\":");
	render_time(b, l->last_event_at);
	buf_puts(b, ",\"next_change_at\":");
	render_time(b, l->next_change_at);
	buf_puts(b, ",\"created_at\":");
	render_time(b, l->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, l->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, l->version);
}

void render_lead(struct buf *b, const struct lead_row *l)
{
	put_lead(b, l);
	buf_putc(b, '}');
}

static void put_other_score(struct buf *b, const struct lead_score_row *s)
{
	buf_puts(b, "{\"line\":");
	buf_json_str(b, s->line);
	buf_puts(b, ",\"model_version\":");
	buf_put_i64(b, s->model_version);
	buf_puts(b, ",\"state\":");
	buf_json_str(b, s->state);
	buf_puts(b, s->applies ? ",\"applies\":true,\"total\":" : ",\"applies\":false,\"total\":");
	buf_put_i64(b, s->score);
	buf_puts(b, ",\"fit\":");
	buf_put_i64(b, s->fit);
	buf_puts(b, ",\"engagement\":");
	buf_put_i64(b, s->engagement);
	buf_puts(b, ",\"tier\":\"");
	buf_putc(b, s->tier);
	buf_puts(b, "\",\"grade\":");
	buf_json_str(b, s->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, s->stage);
	buf_puts(b, ",\"as_of\":");
	render_time(b, s->as_of);
	buf_putc(b, '}');
}

static void put_flag(struct buf *b, bool *any, const char *flag)
{
	buf_printf(b, *any ? ",\"%s\"" : "\"%s\"", flag);
	*any = true;
}

void render_quality(struct buf *b, const struct model *m, const json_t *profile)
{
	const json_t *email = json_object_get(profile, "email"), *phone = json_object_get(profile, "phone");
	const char *country = json_string_value(json_object_get(profile, "country"));
	const char *kind = json_is_string(email) ? model_email_kind(m, json_string_value(email), json_string_length(email)) : NULL;
	const char *place = json_is_string(phone) ? phone_country_of(json_string_value(phone), json_string_length(phone)) : NULL;
	bool any = false;
	buf_puts(b, "{\"email_kind\":");
	buf_json_str(b, kind);
	buf_puts(b, ",\"phone_country\":");
	buf_json_str(b, place);
	buf_puts(b, ",\"flags\":[");
	if (kind && !strcmp(kind, "role"))
		put_flag(b, &any, "role_address");
	if (kind && !strcmp(kind, "personal"))
		put_flag(b, &any, "free_mail");
	if (kind && !strcmp(kind, "disposable"))
		put_flag(b, &any, "disposable_email");
	if (country && place && strcmp(country, place) != 0)
		put_flag(b, &any, "phone_elsewhere");
	buf_puts(b, "]}");
}

static void put_merge(struct buf *b, const struct merge_row *m)
{
	buf_puts(b, "{\"merge_id\":");
	buf_json_uuid(b, m->id.b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, m->lead_id.b);
	buf_puts(b, ",\"member_id\":");
	buf_json_uuid(b, m->member.b);
	buf_puts(b, ",\"at\":");
	render_time(b, m->at);
	buf_puts(b, ",\"cause\":");
	buf_json_str(b, m->cause);
	buf_puts(b, ",\"author\":");
	buf_json_str(b, m->author);
	buf_puts(b, ",\"reason\":");
	buf_json_str(b, m->reason);
	buf_putc(b, '}');
}

void render_lead_detail(struct buf *b, const struct lead_detail *d)
{
	put_lead(b, &d->lead);
	buf_puts(b, ",\"scores\":[");
	for (size_t i = 0; i < d->n_scores; i++) {
		if (i)
			buf_putc(b, ',');
		put_other_score(b, &d->scores[i]);
	}
	buf_puts(b, "],\"identities\":[");
	for (size_t i = 0; i < d->n_identities; i++) {
		buf_puts(b, i ? ",{\"kind\":" : "{\"kind\":");
		buf_json_str(b, d->identities[i].kind);
		buf_puts(b, ",\"value\":");
		buf_json_str(b, d->identities[i].value);
		buf_putc(b, '}');
	}
	buf_puts(b, "],\"merged\":[");
	for (size_t i = 0; i < d->n_merges; i++) {
		if (i)
			buf_putc(b, ',');
		put_merge(b, &d->merges[i]);
	}
	buf_putc(b, ']');
}

static void put_transitions(struct buf *b, const struct command_result *r)
{
	buf_puts(b, ",\"transitions\":[");
	for (size_t i = 0; i < r->n_transitions; i++) {
		const struct scoring_transition *t = &r->transitions[i];
		buf_puts(b, i ? ",{\"kind\":" : "{\"kind\":");
		buf_puts(b, t->kind == TRANSITION_STAGE ? "\"stage\",\"from\":" : "\"tier\",\"from\":");
		buf_json_str(b, t->from);
		buf_puts(b, ",\"to\":");
		buf_json_str(b, t->to);
		buf_puts(b, ",\"at\":");
		buf_json_time(b, t->at);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

void render_event_result(struct buf *b, const struct command *c)
{
	const struct command_result *r = &c->result;
	const struct scoring_view *v = &r->view;
	buf_puts(b, "{\"event_id\":");
	render_event_id(b, c->event_id, &c->event_key);
	buf_puts(b, r->duplicate ? ",\"duplicate\":true,\"lead_id\":" : ",\"duplicate\":false,\"lead_id\":");
	buf_json_uuid(b, r->lead_id.b);
	buf_puts(b, ",\"score\":");
	render_score(b, v->shown_total, v->shown_fit, v->shown_engagement, &v->shown_offset, v->as_of, r->model_version);
	buf_puts(b, ",\"tier\":\"");
	buf_putc(b, v->tier);
	buf_puts(b, "\",\"grade\":");
	buf_json_str(b, v->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, stage_name(v->stage));
	buf_puts(b, ",\"contributions\":[");
	for (size_t i = 0; i < r->n_awards; i++) {
		buf_puts(b, i ? ",{\"rule\":" : "{\"rule\":");
		buf_json_str(b, r->awards[i].rule);
		buf_puts(b, ",\"points\":");
		buf_json_milli(b, r->awards[i].points);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
	put_transitions(b, r);
	if (r->flag) {
		buf_puts(b, ",\"flag\":");
		buf_json_str(b, r->flag);
	}
	if (c->cleaned_text && !r->duplicate) {
		buf_puts(b, ",\"cleaned\":");
		buf_puts(b, c->cleaned_text);
	}
	for (size_t i = 0; i < r->n_joined; i++) {
		buf_puts(b, i ? "," : ",\"merged\":[");
		buf_json_uuid(b, r->joined[i].b);
		if (i + 1 == r->n_joined)
			buf_putc(b, ']');
	}
	if (c->kind == COMMAND_VOID || r->voided)
		buf_puts(b, ",\"voided\":true");
	buf_putc(b, '}');
}

void render_transition(struct buf *b, const struct transition_row *t)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, t->id.b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, t->lead_id.b);
	buf_puts(b, ",\"line\":");
	buf_json_str(b, t->line);
	buf_puts(b, ",\"kind\":");
	buf_json_str(b, t->kind);
	buf_puts(b, ",\"from\":");
	buf_json_str(b, t->from);
	buf_puts(b, ",\"to\":");
	buf_json_str(b, t->to);
	buf_puts(b, ",\"cause\":");
	buf_json_str(b, t->cause);
	buf_puts(b, ",\"reason\":");
	buf_json_str(b, t->reason);
	buf_puts(b, ",\"event_id\":");
	if (t->has_event_key)
		render_event_id(b, t->event_id, &t->event_key);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"at\":");
	render_time(b, t->at);
	buf_puts(b, ",\"score\":");
	render_score(b, t->score, t->fit, t->engagement, NULL, t->at, t->model_version);
	buf_putc(b, '}');
}
