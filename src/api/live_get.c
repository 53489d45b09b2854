/* GET /v1/stream. */
#include <stdlib.h>
#include <string.h>

#include "cursor_priv.h"
#include "live_priv.h"
#include "params_priv.h"
#include "resources_priv.h"
#include "scoring/lead.h"

#define TYPES_BYTES_MAX 500
#define OWNER_BYTES_MAX 255

const char *const stream_parameters[] = {"after", "type", "tier", "stage", "owner", NULL};

struct stream_input {
	const char *types, *owner;
	unsigned tiers, stages;
	bool resumes;
	int64_t position;
};

/* A list of words, as bits. */
static enum status take_bits(const struct api_call *c, const char *name, unsigned (*bit)(const char *, size_t),
    const char *fault, unsigned *ret, struct err *e)
{
	const char *s = param_text(c, name);
	while (s) {
		size_t n = strcspn(s, ",");
		unsigned b = bit(s, n);
		if (!b)
			return param_fault(name, "parameter_invalid", fault, e);
		*ret |= b;
		s = s[n] ? s + n + 1 : NULL;
	}
	return ST_OK;
}

static unsigned tier_bit(const char *s, size_t n)
{
	return n == 1 ? live_tier(*s) : 0;
}

static unsigned stage_bit(const char *s, size_t n)
{
	char name[32];
	enum stage stage;
	if (n >= sizeof name)
		return 0;
	memcpy(name, s, n);
	name[n] = '\0';
	return stage_parse(name, &stage) ? 1u << stage : 0;
}

/* A client that was cut off says by the header where it was, in the request that it was made with at first: so the
 * header counts before the parameter. */
static enum status take_position(const struct api_call *c, struct stream_input *in, struct err *e)
{
	const char *last = c->last_event_id && *c->last_event_id ? c->last_event_id : NULL;
	const char *text = last ? last : param_text(c, "after");
	in->resumes = text != NULL;
	if (!text || cursor_feed_read(&c->workspace_id, text, &in->position))
		return ST_OK;
	if (last)
		return err_set(e, ST_INVALID, "header_invalid", "Last-Event-ID is no id of this stream.");
	return param_fault("after", "cursor_invalid",
	    "It is no place in the change feed; an event's id is one, and so is next_cursor of GET /v1/transitions.",
	    e);
}

enum status stream_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct stream_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	in->types = param_text(c, "type");
	in->owner = param_text(c, "owner");
	if (in->types && (strlen(in->types) > TYPES_BYTES_MAX || !live_types_valid(in->types)))
		return param_fault("type", "parameter_invalid",
		    "It must be a list of types: stage.mql, stage.sal, stage.changed, tier.changed, handoff.created "
		    "and so on, or "
		    "families such as stage.* or handoff.*.",
		    e);
	if (in->owner && strlen(in->owner) > OWNER_BYTES_MAX)
		return param_fault("owner", "parameter_invalid", "It is longer than 255 bytes.", e);
	enum status s = take_bits(c, "tier", tier_bit, "It must be a list of tiers: A, B, C, D, X.", &in->tiers, e);
	if (s == ST_OK)
		s = take_bits(c, "stage", stage_bit,
		    "It must be a list of stages: lead, mql, sal, sql, opportunity, customer, recycled, disqualified, "
		    "lost.",
		    &in->stages, e);
	return s == ST_OK ? take_position(c, in, e) : s;
}

enum status stream_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct stream_input *in = call_state(c)->input;
	int64_t end = 0;
	/* Also who resumes: a feed that was restored from a backup may end before the place it knows. */
	enum status s = store_feed_end(db, &c->workspace_id, &end, e);
	if (s != ST_OK)
		return s;
	struct live_filter filter = {.tiers = in->tiers,
	    .stages = in->stages,
	    .types = in->types ? strdup(in->types) : NULL,
	    .owner = in->owner ? strdup(in->owner) : NULL};
	if ((in->types && !filter.types) || (in->owner && !filter.owner)) {
		live_filter_free(&filter);
		return out_of_memory(e);
	}
	return live_add(a->live, c, &filter, in->resumes && in->position < end ? in->position : end, e);
}
