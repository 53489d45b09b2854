/* What stages and tags look back at: seen, count_events and days_since; docs/scoring.md 9. */
#include "logic_compile_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

#define TURN_MAX 100000000 /* days; no event lies so far back */

static const char *name_of(enum logic_op op)
{
	return op == OP_SEEN ? "seen" : op == OP_COUNT_EVENTS ? "count_events" : "days_since";
}

static void fault(struct compiler *c, const char *code, const char *pointer, enum logic_op op, const char *sentence)
{
	char text[ERR_DETAIL_MAX];
	snprintf(text, sizeof(text), "`%s` %s", name_of(op), sentence);
	compiler_fault(c, code, pointer, text);
}

static void add_turn(struct window *w, double day)
{
	if (day >= 1 && day <= TURN_MAX)
		w->turns[w->n_turns++] = (int64_t)day;
}

/* Days pass a number n they are compared with when they reach it, and when they leave it behind. */
static bool read_turns(struct compiler *c, struct window *w, const char *pointer)
{
	size_t n = compiler_arg_count(c->siblings), numbers = 0;
	bool compared = c->parent >= OP_EQ && c->parent <= OP_BETWEEN;
	w->turns = arena_array(c->logic->memory, 2 * n + 1, sizeof(*w->turns));
	if (!w->turns) {
		c->out_of_memory = true;
		return false;
	}
	for (size_t i = 0; compared && i < n; i++) {
		const json_t *other = compiler_arg(c->siblings, i);
		if (!json_is_number(other))
			continue;
		double day = json_number_value(other);
		add_turn(w, ceil(day));
		add_turn(w, floor(day) + 1);
		numbers++;
	}
	if (compared && n >= 2 && numbers == n - 1)
		return true;
	fault(c, "rule_invalid", pointer, OP_DAYS_SINCE,
	    "may only be compared (<, <=, >, >=, ==, ===, !=, !==, between), and only with numbers.");
	return false;
}

/* "TYPE", or {"type": "TYPE", "where": CONDITION} with at->pointer for its place. False: neither. */
static bool read_look_at(const json_t *item, struct look_at *at)
{
	*at = (struct look_at){.type = json_string_value(item), .pointer = at->pointer};
	if (json_is_object(item) && json_object_size(item) == 2) {
		at->type = json_string_value(json_object_get(item, "type"));
		at->where = json_object_get(item, "where");
	}
	return at->type && *at->type && (json_is_string(item) || at->where);
}

/* A type that stands twice, once with a condition, would count some events twice. */
static bool again(const json_t *types, size_t i, const struct look_at *at)
{
	struct look_at before = {0};
	for (size_t j = 0; j < i; j++)
		if (read_look_at(json_array_get(types, j), &before) && strcmp(before.type, at->type) == 0 &&
		    (before.where || at->where))
			return true;
	return false;
}

/* Each type once. */
static bool read_types(struct compiler *c, enum logic_op op, const json_t *args, struct window *w, const char *pointer)
{
	const json_t *types = compiler_arg(args, 0);
	size_t n = json_is_array(types) ? json_array_size(types) : 1;
	enum look look = op != OP_COUNT_EVENTS ? LOOK_NEWEST : w->within ? LOOK_RECENT : LOOK_COUNT;
	uint16_t *slots = arena_array(c->logic->memory, n ? n : 1, sizeof(*slots));
	char list[ERR_POINTER_MAX], inner[ERR_POINTER_MAX], where[ERR_POINTER_MAX];
	w->slots = slots;
	if (!slots) {
		c->out_of_memory = true;
		return false;
	}
	snprintf(list, sizeof(list), "%s", pointer);
	if (json_is_array(args))
		json_pointer_index(list, pointer, 0);
	for (size_t i = 0; i < n; i++) {
		struct look_at at = {.pointer = where};
		bool known = false;
		snprintf(inner, sizeof(inner), "%s", list);
		if (json_is_array(types))
			json_pointer_index(inner, list, i);
		json_pointer_join(where, inner, "where");
		if (!read_look_at(json_is_array(types) ? json_array_get(types, i) : types, &at)) {
			fault(c, "rule_invalid", pointer, op,
			    op == OP_DAYS_SINCE
				? "takes event types: a text, or {\"type\", \"where\"}, or a list of such."
				: "takes event types: a text, or {\"type\", \"where\"}, or a list of such, and perhaps "
				  "a duration.");
			return false;
		}
		if (json_is_array(types) && again(types, i, &at)) {
			fault(c, "rule_invalid", inner, op, "may name a type once where it has a `where`.");
			return false;
		}
		uint16_t slot = c->options->seen_slot(c->options->owner, &at, look, w->within);
		if (slot == UINT16_MAX)
			compiler_fault(c, "limit_exceeded", pointer, "The model looks back at too many event types.");
		for (size_t j = 0; j < w->n; j++)
			known |= slots[j] == slot;
		if (!known)
			slots[w->n++] = slot;
	}
	if (n == 0)
		fault(c, "rule_invalid", pointer, op, "takes at least one event type.");
	return n != 0;
}

void compiler_seen(struct compiler *c, enum logic_op op, const json_t *args, size_t slot, const char *pointer)
{
	const json_t *within = compiler_arg(args, 1);
	struct window w = {0};
	if (c->options->context != LOGIC_TAGS && c->options->context != LOGIC_STAGES) {
		fault(c, "name_unavailable", pointer, op, "is for stages and tags.");
		return;
	}
	if (compiler_arg_count(args) > (op == OP_DAYS_SINCE ? 1 : 2)) {
		fault(c, "rule_invalid", pointer, op,
		    op == OP_DAYS_SINCE
			? "takes one operand, a type or a list of types, as in [[\"meeting\", \"call\"]]."
			: "takes a list of event types and perhaps a duration.");
		return;
	}
	if (within && (!json_is_string(within) ||
			  !duration_parse(json_string_value(within), json_string_length(within), &w.within))) {
		compiler_fault(c, "duration_invalid", pointer, "The window is an ISO 8601 duration like \"P90D\".");
		return;
	}
	if ((op == OP_DAYS_SINCE && !read_turns(c, &w, pointer)) || !read_types(c, op, args, &w, pointer))
		return;
	size_t i = compiler_push(c, &c->logic->windows, &c->logic->n_windows, &c->cap_windows, 1, sizeof(w));
	if (i == SIZE_MAX)
		return;
	c->logic->windows[i] = w;
	c->logic->nodes[slot] = (struct node){.op = (uint8_t)op, .extra = (uint16_t)i};
}

static void valid_until(struct run *r, int64_t at)
{
	if (at < r->env->valid_until)
		r->env->valid_until = at;
}

/* INT64_MIN: never. */
static int64_t newest_of(const struct run *r, const struct window *w)
{
	int64_t newest = INT64_MIN;
	for (size_t i = 0; i < w->n; i++)
		if (r->env->seen_at[w->slots[i]] > newest)
			newest = r->env->seen_at[w->slots[i]];
	return newest <= r->env->at ? newest : INT64_MIN;
}

static struct value run_seen(struct run *r, const struct window *w)
{
	int64_t newest = newest_of(r, w);
	if (newest == INT64_MIN || w->within == 0)
		return value_bool(newest != INT64_MIN);
	if (r->env->at - newest >= w->within)
		return value_bool(false);
	valid_until(r, newest + w->within);
	return value_bool(true);
}

static struct value run_count(struct run *r, const struct window *w)
{
	uint64_t n = 0, most = w->within ? RECENT_MAX : EVENTS_MAX;
	for (size_t i = 0; i < w->n && !w->within; i++)
		n += r->env->seen_count[w->slots[i]];
	for (size_t i = 0; i < w->n && w->within; i++) {
		const struct recent *newest = &r->env->recent[w->slots[i]];
		uint32_t old = 0;
		while (old < newest->n && r->env->at - newest->at[old] >= w->within)
			old++;
		if (old < newest->n)
			valid_until(r, newest->at[old] + w->within);
		n += newest->n - old;
	}
	return value_number((double)(n < most ? n : most));
}

static struct value run_days(struct run *r, const struct window *w)
{
	int64_t newest = newest_of(r, w);
	if (newest == INT64_MIN)
		return value_null;
	int64_t days = (r->env->at - newest) / MS_DAY;
	for (size_t i = 0; i < w->n_turns; i++)
		if (w->turns[i] > days)
			valid_until(r, newest + w->turns[i] * MS_DAY);
	return value_number((double)days);
}

struct value logic_run_seen(struct run *r, const struct node *node)
{
	const struct window *w = &r->logic->windows[node->extra];
	return node->op == OP_SEEN ? run_seen(r, w) : node->op == OP_COUNT_EVENTS ? run_count(r, w) : run_days(r, w);
}
