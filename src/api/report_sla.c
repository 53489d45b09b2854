/* GET /v1/reports/sla: how quickly handoffs are given out, taken and answered, and by whom. */
#include <string.h>

#include "api_priv.h"
#include "base/instant.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/sla.h"

#define DAYS_DEFAULT 30
#define DAYS_MAX 366
#define POOL_MAX 64

const char *const report_sla_parameters[] = {"since", "until", "user", "pool", NULL};

enum status report_sla_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct sla_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	*f = (struct sla_filter){.since = INSTANT_NEVER, .until = c->received_at, .rule = param_text(c, "pool")};
	enum status s = param_time(c, "since", &f->since, e);
	if (s == ST_OK)
		s = param_time(c, "until", &f->until, e);
	if (s == ST_OK)
		s = param_uuid(c, "user", &f->has_user, &f->user, e);
	if (s != ST_OK)
		return s;
	if (f->since == INSTANT_NEVER)
		f->since = f->until - DAYS_DEFAULT * MS_DAY;
	if (f->since >= f->until)
		return param_fault("until", "parameter_invalid", "It must be after `since`.", e);
	if (f->until - f->since > DAYS_MAX * MS_DAY)
		return param_fault("until", "parameter_invalid", "The period is 366 days at most.", e);
	if (f->rule && strlen(f->rule) > POOL_MAX)
		return param_fault("pool", "parameter_invalid", "It is the id of a rule: 64 bytes at most.", e);
	return ST_OK;
}

static void put_count(struct buf *b, const char *key, int64_t n)
{
	buf_printf(b, ",\"%s\":%lld", key, (long long)n);
}

static void put_times(struct buf *b, const char *key, const struct sla_times *t)
{
	if (t->median < 0)
		buf_printf(b, ",\"%s\":null", key);
	else
		buf_printf(b, ",\"%s\":{\"median\":%lld,\"p90\":%lld}", key, (long long)t->median, (long long)t->p90);
}

static void put_clock(struct buf *b, const char *key, const struct sla_clock *c)
{
	int64_t ended = c->kept + c->missed;
	buf_printf(b, ",\"%s\":{\"measured\":%lld", key, (long long)c->measured);
	put_times(b, "wall_ms", &c->wall);
	put_times(b, "working_ms", &c->worked);
	put_count(b, "within", c->kept);
	put_count(b, "late", c->missed);
	if (ended)
		buf_printf(b, ",\"share_within\":%.6f", (double)c->kept / (double)ended);
	else
		buf_puts(b, ",\"share_within\":null");
	put_count(b, "breaches", c->breaches);
	buf_putc(b, '}');
}

/* To the end of the object that was begun. */
static void put_figures(struct buf *b, const struct sla_group *g)
{
	buf_printf(b, "\"handoffs\":%lld", (long long)g->handoffs);
	for (size_t i = 0; i < SLA_STATES; i++)
		buf_printf(b, "%s\"%s\":%lld", i ? "," : ",\"states\":{", sla_states[i], (long long)g->states[i]);
	for (size_t i = 0; i < SLA_OUTCOMES; i++)
		buf_printf(
		    b, "%s\"%s\":%lld", i ? "," : "},\"outcomes\":{", sla_outcomes[i], (long long)g->outcomes[i]);
	buf_putc(b, '}');
	put_clock(b, "assignment", &g->clocks[SLA_PENDING]);
	put_clock(b, "acceptance", &g->clocks[SLA_ACCEPTANCE]);
	put_clock(b, "first_response", &g->clocks[SLA_FIRST_RESPONSE]);
	put_count(b, "reassigned", g->reassigned);
	put_count(b, "escalated", g->escalated);
	buf_putc(b, '}');
}

static void put_groups(struct buf *b, const struct sla_group *groups, size_t n, enum sla_scope scope)
{
	bool first = true;
	for (size_t i = 0; i < n; i++) {
		const struct sla_group *g = &groups[i];
		if (g->scope != scope)
			continue;
		buf_puts(b, first ? "{" : ",{");
		first = false;
		if (scope == SLA_POOL) {
			buf_puts(b, "\"pool\":");
			buf_json_str(b, g->rule);
			buf_putc(b, ',');
		} else {
			buf_puts(b, "\"user\":{\"id\":");
			buf_json_uuid(b, g->person.b);
			buf_puts(b, ",\"name\":");
			buf_json_str(b, g->name);
			buf_puts(b, ",\"email\":");
			buf_json_str(b, g->email);
			buf_puts(b, "},");
		}
		put_figures(b, g);
	}
}

enum status report_sla_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct sla_filter *f = call_state(c)->input;
	struct sla_group *groups;
	size_t n;
	enum status s = store_sla_report(db, &c->workspace_id, f, c->arena, &groups, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_json(c, 200);
	buf_puts(b, "{\"since\":");
	render_time(b, f->since);
	buf_puts(b, ",\"until\":");
	render_time(b, f->until);
	buf_puts(b, ",\"all\":{");
	put_figures(b, &groups[0]);
	buf_puts(b, ",\"pools\":[");
	put_groups(b, groups, n, SLA_POOL);
	buf_puts(b, "],\"users\":[");
	put_groups(b, groups, n, SLA_PERSON);
	buf_puts(b, "]}");
	return ST_OK;
}
