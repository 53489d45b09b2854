/* Follow-ups in the background: leads that were marked get the follow-ups of the playbooks that they fit, and what has
 * become due is told once.
 *
 * A look holds the lead and then reads what it fits: what a batch commits later, it marks anew. Of two instances at
 * once the second waits for the lead, and finds the mark taken and the follow-up as the first left it. */
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "chores_priv.h"
#include "ingest/playbook.h"
#include "scoring/local.h"
#include "store/followup_run.h"
#include "store/playbook.h"

#define MARKS 200
#define DUE 200
#define SWEPT 5000
#define STEP_US (INT64_C(5) * 1000 * 1000)

static const char *const kinds[] = {"follow_up", "review"};
#define KINDS 2

/* A look at the marked leads of one tenant. */
struct look {
	struct followup_look stored;
	struct followup_writes writes;
	const struct zone *zone;
	int64_t now;
};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* Each open one changes once, each lead and kind begins one at most and moves as often as there are ways to. */
static enum status make_room(struct look *k, struct arena *arena, struct err *e)
{
	size_t n = k->stored.n_leads * KINDS;
	k->writes.changes = arena_array(arena, k->stored.n_open + 1, sizeof *k->writes.changes);
	k->writes.adds = arena_array(arena, n + 1, sizeof *k->writes.adds);
	k->writes.moves = arena_array(arena, n + 2 * k->stored.n_open + 1, sizeof *k->writes.moves);
	return k->writes.changes && k->writes.adds && k->writes.moves ? ST_OK : nomem(e);
}

static int64_t after(const struct look *k, const char *cadence, int64_t at)
{
	struct cadence c;
	/* Stored ones were checked. */
	return cadence_parse(cadence, &c) ? cadence_after(&c, k->zone, at) : at + MS_DAY;
}

/* When what has changed about the lead is to be reviewed; INSTANT_NEVER: nothing has since it was done last. */
static int64_t review_due(const struct followup_lead *lead, const struct followup_fit *fit, int64_t last_done_at)
{
	int64_t ms;
	if (!lead->change || !fit->on_change || (last_done_at != INSTANT_NEVER && last_done_at >= lead->changed_at))
		return INSTANT_NEVER;
	return duration_parse(fit->on_change, strlen(fit->on_change), &ms) ? lead->changed_at + ms : INSTANT_NEVER;
}

static void move(struct look *k, const char *type, const struct followup_change *c, const char *reason)
{
	k->writes.moves[k->writes.n_moves++] = (struct followup_move){.id = uuid_v7(k->now),
	    .followup_id = c->id,
	    .lead_id = c->lead_id,
	    .playbook_id = c->playbook_id,
	    .type = type,
	    .at = k->now,
	    .due_at = c->ended_at == INSTANT_NEVER ? c->due_at : INSTANT_NEVER,
	    .reason = reason};
}

static void begin(struct look *k, const struct followup_lead *lead, const struct followup_fit *fit)
{
	struct followup_add a = {.id = uuid_v7(k->now),
	    .lead_id = lead->id,
	    .playbook_id = fit->playbook_id,
	    .kind = fit->kind,
	    .owner = lead->owner,
	    .started_at = k->now,
	    .due_at = after(k, fit->first_after ? fit->first_after : fit->cadence, k->now),
	    .due_by = "cadence"};
	int64_t review = review_due(lead, fit, INSTANT_NEVER);
	if (review != INSTANT_NEVER && review < a.due_at) {
		a.due_at = review;
		a.due_by = "change";
		a.due_reason = lead->change;
	}
	k->writes.adds[k->writes.n_adds++] = a;
	move(k, "started",
	    &(struct followup_change){.id = a.id,
		.lead_id = a.lead_id,
		.playbook_id = a.playbook_id,
		.due_at = a.due_at,
		.ended_at = INSTANT_NEVER},
	    a.due_reason);
}

static struct followup_change as_it_is(const struct followup_open *o)
{
	return (struct followup_change){.id = o->id,
	    .lead_id = o->lead_id,
	    .playbook_id = o->playbook_id,
	    .state = "open",
	    .owner = o->owner,
	    .due_by = o->due_by,
	    .due_at = o->due_at,
	    .ended_at = INSTANT_NEVER};
}

static void end(struct look *k, const struct followup_open *o, const char *reason)
{
	struct followup_change c = as_it_is(o);
	c.state = "ended";
	c.ended_at = k->now;
	c.reason = reason;
	k->writes.changes[k->writes.n_changes++] = c;
	move(k, "ended", &c, reason);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* What stays open is the lead's, by the playbook that it fits now. What a person has said of its time holds. */
static void go_on(struct look *k, const struct followup_lead *lead, const struct followup_fit *fit,
    const struct followup_open *o, int64_t due_at, int64_t last_done_at)
{
	struct followup_change c = as_it_is(o);
	bool merged = uuid_cmp(&o->lead_id, &lead->id) != 0, moved = uuid_cmp(&o->playbook_id, &fit->playbook_id) != 0;
	bool owned = same_text(o->owner, lead->owner);
	c.lead_id = lead->id;
	c.playbook_id = fit->playbook_id;
	c.owner = lead->owner;
	c.due_at = due_at;
	if (moved && strcmp(o->due_by, "person") != 0) {
		c.due_at = after(k, fit->cadence, last_done_at != INSTANT_NEVER ? last_done_at : o->started_at);
		c.due_at = c.due_at > k->now ? c.due_at : k->now;
		c.due_by = "cadence";
	}
	int64_t review = review_due(lead, fit, last_done_at);
	bool changed = review != INSTANT_NEVER && review < c.due_at;
	if (changed) {
		c.due_at = review;
		c.due_by = "change";
		c.due_reason = lead->change;
	}
	if (!merged && !moved && owned && c.due_at == o->due_at)
		return;
	k->writes.changes[k->writes.n_changes++] = c;
	if (merged || moved)
		move(k, "moved", &c, moved ? NULL : "merged");
	if (changed)
		move(k, "changed", &c, lead->change);
}

static const struct followup_fit *fit_of(const struct look *k, const struct followup_lead *lead, const char *kind)
{
	for (size_t i = 0; i < k->stored.n_fits; i++)
		if (!uuid_cmp(&k->stored.fits[i].lead_id, &lead->id) && !strcmp(k->stored.fits[i].kind, kind))
			return &k->stored.fits[i];
	return NULL;
}

static bool is_of(const struct followup_open *o, const struct followup_lead *lead, const char *kind)
{
	return !uuid_cmp(&o->root, &lead->id) && !strcmp(o->kind, kind);
}

/* Of several (leads became one) the lead's own stays, or else the first that is due; it is due as early as any of them
 * was, and was done as late. */
static void decide(struct look *k, const struct followup_lead *lead, const char *kind)
{
	const struct followup_open *kept = NULL;
	const struct followup_fit *fit = fit_of(k, lead, kind);
	int64_t due_at = INSTANT_NEVER, last_done_at = INSTANT_NEVER;
	for (size_t i = 0; i < k->stored.n_open; i++) {
		const struct followup_open *o = &k->stored.open[i];
		if (!is_of(o, lead, kind))
			continue;
		if (!kept || (!uuid_cmp(&o->lead_id, &lead->id) && uuid_cmp(&kept->lead_id, &lead->id)))
			kept = o;
		if (due_at == INSTANT_NEVER || o->due_at < due_at)
			due_at = o->due_at;
		if (o->last_done_at != INSTANT_NEVER &&
		    (last_done_at == INSTANT_NEVER || o->last_done_at > last_done_at))
			last_done_at = o->last_done_at;
	}
	for (size_t i = 0; i < k->stored.n_open; i++)
		if (&k->stored.open[i] != kept && is_of(&k->stored.open[i], lead, kind))
			end(k, &k->stored.open[i], "merged");
	if (kept && fit)
		go_on(k, lead, fit, kept, due_at, last_done_at);
	else if (kept)
		end(k, kept, !strcmp(lead->stage, "disqualified") ? "disqualified" : "unfit");
	else if (fit)
		begin(k, lead, fit);
}

static enum status look_at(struct chore_run *r, const struct followup_tenant *t, bool *ret_more, struct err *e)
{
	struct look k = {.now = clock_now(r->config->clock), .zone = local_zone(t->time_zone, r->arena)};
	if (!k.zone)
		return err_set(e, ST_INTERNAL, "time_zone_unknown", "The workspace's time zone \"%.40s\" is not known.",
		    t->time_zone);
	db_deadline(r->db, monotonic_us() + STEP_US);
	enum status s = store_followups_look(r->db, &t->workspace_id, MARKS, r->arena, &k.stored, ret_more, e);
	if (s != ST_OK)
		return s;
	s = make_room(&k, r->arena, e);
	if (s != ST_OK) {
		store_followup_give_up(r->db);
		return s;
	}
	for (size_t i = 0; i < k.stored.n_leads; i++)
		for (size_t n = 0; n < KINDS; n++)
			decide(&k, &k.stored.leads[i], kinds[n]);
	return store_followups_write(r->db, &t->workspace_id, &k.writes, e);
}

/* Of one tenant's step: whether the next one's may be taken. Another instance or a batch at the same leads is no
 * failure, and what is wrong with one tenant keeps no other waiting. */
static bool others_may(enum status *io, const struct err *e)
{
	enum status s = *io;
	if (s == ST_UNAVAILABLE || s == ST_DEADLINE || s == ST_UNCERTAIN || s == ST_NOMEM)
		return false;
	if (s != ST_OK && s != ST_BUSY && s != ST_CONFLICT)
		log_line(LOG_ERROR, "follow-ups not looked at", log_str("code", e->code), log_str("detail", e->detail));
	*io = ST_OK;
	return true;
}

enum status followup_marks_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct followup_tenant *tenants;
	size_t n = 0;
	enum status s = store_followups_waiting(r->db, r->arena, &tenants, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++) {
		bool more = false;
		s = look_at(r, &tenants[i], &more, e);
		*ret_more |= s == ST_OK && more;
		if (!others_may(&s, e))
			break;
	}
	return s;
}

static void put_text(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json_str(b, text);
}

static void put_time(struct buf *b, const char *key, int64_t at)
{
	buf_printf(b, ",\"%s\":", key);
	if (at == INSTANT_NEVER)
		buf_puts(b, "null");
	else
		buf_json_time(b, at);
}

static const char *due_payload(struct arena *arena, const struct uuid *id, const struct followup_row *f)
{
	struct buf b = BUF_INIT;
	buf_puts(&b, "{\"id\":");
	buf_json_uuid(&b, id->b);
	buf_puts(&b, ",\"followup_id\":");
	buf_json_uuid(&b, f->id.b);
	buf_puts(&b, ",\"lead_id\":");
	buf_json_uuid(&b, f->lead_id.b);
	put_text(&b, "kind", f->kind);
	buf_puts(&b, ",\"playbook_id\":");
	buf_json_uuid(&b, f->playbook_id.b);
	put_text(&b, "playbook", f->playbook);
	put_text(&b, "owner", f->owner);
	put_text(&b, "owner_role", f->owner_role);
	buf_printf(&b, ",\"actions\":%s", f->actions ? f->actions : "[]");
	put_text(&b, "offer", f->offer);
	put_time(&b, "due_at", f->due_at);
	put_text(&b, "due_reason", f->due_reason);
	put_time(&b, "last_done_at", f->last_done_at);
	put_text(&b, "last_outcome", f->last_outcome);
	buf_putc(&b, '}');
	const char *text = buf_ok(&b) ? arena_strndup(arena, b.data, b.len) : NULL;
	buf_free(&b);
	return text;
}

/* n of one tenant. */
static enum status tell(struct chore_run *r, const struct followup_due *due, size_t n, int64_t now, struct err *e)
{
	struct followup_row *rows;
	db_deadline(r->db, monotonic_us() + STEP_US);
	enum status s = store_followups_claim(r->db, due, n, now, r->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct uuid *told = arena_array(r->arena, n + 1, sizeof *told);
	const char **payloads = arena_array(r->arena, n + 1, sizeof *payloads);
	bool whole = told && payloads;
	for (size_t i = 0; whole && i < n; i++) {
		told[i] = uuid_v7(now);
		whole = (payloads[i] = due_payload(r->arena, &told[i], &rows[i])) != NULL;
	}
	if (whole)
		return store_followups_tell(r->db, &due->workspace_id, rows, n, told, payloads, now, e);
	store_followup_give_up(r->db);
	return nomem(e);
}

enum status followups_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct followup_due *due;
	size_t n = 0, of_one, stuck = 0;
	int64_t now = clock_now(r->config->clock);
	enum status s = store_followups_due(r->db, now, DUE, r->arena, &due, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i += of_one) {
		for (of_one = 1; i + of_one < n && !uuid_cmp(&due[i].workspace_id, &due[i + of_one].workspace_id);)
			of_one++;
		s = tell(r, &due[i], of_one, now, e);
		stuck += s != ST_OK;
		if (!others_may(&s, e))
			break;
	}
	*ret_more = n == DUE && !stuck;
	return s;
}

enum status playbook_sweeps_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	return store_playbook_sweep(r->db, clock_now(r->config->clock), SWEPT, r->arena, ret_more, e);
}
