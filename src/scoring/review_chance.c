/* Whether a condition can hold at all, as far as that is seen without data: constants, and what is asked of one
 * attribute by conditions that stand together. It errs on the side of "some". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "review_priv.h"
#include "scoring/logic.h"

#define FACTS_MAX 32

/* What conjuncts ask of one attribute. */
struct facts {
	const char *path;
	double low, high;
	bool low_open, high_open;
	const char *equal;
	const char *const *domain; /* NULL: any text */
};

struct conjunction {
	struct chance_context *x;
	struct facts facts[FACTS_MAX];
	size_t n;
	bool impossible;
};

static const char *const levels[] = {"c_level", "vp", "director", "manager", "staff", NULL};
static const char *const email_kinds[] = {"business", "personal", "role", "disposable", NULL};
static const char *const tiers[] = {"A", "B", "C", "D", "X", NULL};
static const char *const stages[] = {
    "lead", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified", "lost", NULL};

static const char *const *domain_of(const struct chance_context *x, const char *path)
{
	if (!strcmp(path, "title_level"))
		return levels;
	if (!strcmp(path, "email_kind"))
		return email_kinds;
	if (x->reaches && !strcmp(path, "tier"))
		return tiers;
	return x->reaches && !strcmp(path, "stage") ? stages : NULL;
}

static const struct reach *reach_of(const struct chance_context *x, const char *path)
{
	if (!x->reaches)
		return NULL;
	if (!strcmp(path, "score"))
		return &x->reaches->score;
	if (!strcmp(path, "fit"))
		return &x->reaches->fit;
	return !strcmp(path, "engagement") ? &x->reaches->engagement : NULL;
}

static struct facts *facts_of(struct conjunction *c, const char *path)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->facts[i].path, path))
			return &c->facts[i];
	if (c->n == FACTS_MAX)
		return NULL;
	const struct reach *r = reach_of(c->x, path);
	struct facts *f = &c->facts[c->n++];
	*f = (struct facts){.path = path, .low = -INFINITY, .high = INFINITY, .domain = domain_of(c->x, path)};
	if (r) {
		f->low = r->min;
		f->high = r->max;
	}
	return f;
}

static void bound(struct conjunction *c, const char *path, double v, bool above, bool open)
{
	struct facts *f = facts_of(c, path);
	if (!f)
		return;
	const struct reach *r = reach_of(c->x, path);
	if (above ? v > f->low || (v == f->low && open) : v < f->high || (v == f->high && open)) {
		if (above) {
			f->low = v;
			f->low_open = open;
		} else {
			f->high = v;
			f->high_open = open;
		}
	}
	if (f->low < f->high || (f->low == f->high && !f->low_open && !f->high_open))
		return;
	c->impossible = true;
	if (r && (above ? v >= r->max : v <= r->min)) {
		c->x->why = path;
		c->x->wanted = v;
		c->x->reachable = above ? r->max : r->min;
	}
}

/* A text that no number is loosely equal to. */
static bool plain_text(const char *s)
{
	char *end;
	strtod(s, &end);
	return *s && *end;
}

static bool listed(const char *const *domain, const char *s)
{
	for (; *domain; domain++)
		if (!strcmp(*domain, s))
			return true;
	return false;
}

static bool type_possible(const struct chance_context *x, const char *path, const char *s)
{
	return strcmp(path, "type") != 0 || !x->types || texts_hold(x->types, "*") || texts_hold(x->types, s);
}

static void equals(struct conjunction *c, const char *path, const json_t *v)
{
	if (json_is_number(v)) {
		bound(c, path, json_number_value(v), true, false);
		bound(c, path, json_number_value(v), false, false);
		return;
	}
	const char *s = json_string_value(v);
	struct facts *f = s && plain_text(s) ? facts_of(c, path) : NULL;
	if (!f)
		return;
	c->impossible |= (f->equal && strcmp(f->equal, s) != 0) || (f->domain && !listed(f->domain, s)) ||
			 !type_possible(c->x, path, s);
	f->equal = s;
}

/* {"in": [var, [texts]]}: one of them must be possible. */
static void one_of(struct conjunction *c, const char *path, const json_t *list)
{
	const struct facts *f = facts_of(c, path);
	bool possible = false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		possible |= !s || !plain_text(s) || !f ||
			    ((!f->domain || listed(f->domain, s)) && (!f->equal || !strcmp(f->equal, s)) &&
				type_possible(c->x, path, s));
	}
	c->impossible |= !possible;
}

/* left op right, where one is a var and the other a constant. */
static void compare(struct conjunction *c, const char *op, const json_t *left, const json_t *right)
{
	const char *path = path_of(left);
	bool flipped = !path;
	const json_t *v = flipped ? left : right;
	if (flipped)
		path = path_of(right);
	if (!path || !*path || !json_is_number(v))
		return;
	bool above = (*op == '>') != flipped, open = op[1] != '=';
	bound(c, path, json_number_value(v), above, open);
}

static void gather(struct conjunction *c, const json_t *rule)
{
	const json_t *args;
	const char *op = operator_of(rule, &args);
	if (!op)
		return;
	size_t n = operand_count(args);
	if (!strcmp(op, "and")) {
		for (size_t i = 0; i < n; i++)
			gather(c, operand(args, i));
	} else if ((*op == '<' || *op == '>') && n == 2) {
		compare(c, op, operand(args, 0), operand(args, 1));
	} else if (*op == '<' && n == 3) {
		compare(c, op, operand(args, 0), operand(args, 1));
		compare(c, op, operand(args, 1), operand(args, 2));
	} else if (!strcmp(op, "between") && n == 3) {
		compare(c, "<=", operand(args, 1), operand(args, 0));
		compare(c, "<=", operand(args, 0), operand(args, 2));
	} else if ((!strcmp(op, "==") || !strcmp(op, "===")) && n == 2) {
		bool first = path_of(operand(args, 0)) != NULL;
		const char *path = path_of(operand(args, first ? 0 : 1));
		if (path && *path)
			equals(c, path, operand(args, first ? 1 : 0));
	} else if (!strcmp(op, "in") && n == 2 && json_is_array(operand(args, 1))) {
		const char *path = path_of(operand(args, 0));
		if (path && *path)
			one_of(c, path, operand(args, 1));
	}
}

static enum chance negated(enum chance c)
{
	return c == CHANCE_NEVER ? CHANCE_ALWAYS : c == CHANCE_ALWAYS ? CHANCE_NEVER : CHANCE_SOME;
}

/* all: "and", else "or". */
static enum chance combined(const json_t *args, bool all, struct chance_context *x)
{
	enum chance weak = all ? CHANCE_NEVER : CHANCE_ALWAYS, strong = negated(weak);
	bool only = true;
	for (size_t i = 0; i < operand_count(args); i++) {
		enum chance c = condition_chance(operand(args, i), x);
		if (c == weak)
			return weak;
		only = only && c == strong;
	}
	return only && operand_count(args) ? strong : CHANCE_SOME;
}

enum chance condition_chance(const json_t *rule, struct chance_context *x)
{
	const json_t *args;
	const char *op = operator_of(rule, &args);
	if (!op)
		return logic_truthy(rule) ? CHANCE_ALWAYS : CHANCE_NEVER;
	enum chance c = CHANCE_SOME;
	if (!strcmp(op, "and"))
		c = combined(args, true, x);
	else if (!strcmp(op, "or"))
		return combined(args, false, x);
	else if (!strcmp(op, "!"))
		return negated(condition_chance(operand(args, 0), &(struct chance_context){0}));
	else if (!strcmp(op, "!!"))
		return condition_chance(operand(args, 0), x);
	if (c != CHANCE_SOME)
		return c;
	struct conjunction all = {.x = x};
	gather(&all, rule);
	return all.impossible ? CHANCE_NEVER : CHANCE_SOME;
}

static double number(const json_t *object, const char *key, double otherwise)
{
	const json_t *v = json_object_get(object, key);
	return json_is_number(v) ? json_number_value(v) : otherwise;
}

static struct reach within(struct reach r, const json_t *bounds)
{
	double min = number(bounds, "min", -INFINITY), max = number(bounds, "max", INFINITY);
	r.min = r.min < min ? min : r.min > max ? max : r.min;
	r.max = r.max > max ? max : r.max < min ? min : r.max;
	return r;
}

/* How often a rule can be awarded at all: once where its limit is for ever, as often as it likes elsewhere. */
static double awards(const json_t *rule)
{
	const json_t *limit = json_object_get(rule, "limit"), *silence = json_object_get(rule, "inactive_for");
	const char *per = json_string_value(json_object_get(limit, "per"));
	if (silence)
		return INFINITY;
	if (json_is_object(limit) && ((per && !strcmp(per, "ever")) || (!per && json_object_get(limit, "times"))))
		return number(limit, "times", 1);
	return INFINITY;
}

static struct reach rule_reach(const json_t *rule)
{
	double points = number(rule, "points", 0), all = points == 0 ? 0 : points * awards(rule);
	return within((struct reach){all < 0 ? all : 0, all > 0 ? all : 0}, rule);
}

static struct reach added(struct reach a, struct reach b)
{
	return (struct reach){a.min + b.min, a.max + b.max};
}

void review_reaches(const json_t *doc, struct reaches *ret)
{
	const json_t *fit = json_object_get(doc, "fit"), *engagement = json_object_get(doc, "engagement"),
		     *fits = json_object_get(fit, "rules"), *rules = json_object_get(engagement, "rules"),
		     *groups = json_object_get(engagement, "groups");
	struct reach f = {0, 0}, e = {0, 0};
	for (size_t i = 0; i < json_array_size(fits); i++) {
		double points = number(json_array_get(fits, i), "points", 0);
		f = added(f, (struct reach){points < 0 ? points : 0, points > 0 ? points : 0});
	}
	for (size_t g = 0; g <= json_array_size(groups); g++) {
		const json_t *group = json_array_get(groups, g);
		const char *id = json_string_value(json_object_get(group, "id"));
		struct reach sum = {0, 0};
		for (size_t i = 0; i < json_array_size(rules); i++) {
			const char *mine = json_string_value(json_object_get(json_array_get(rules, i), "group"));
			if (group ? id && mine && !strcmp(id, mine) : !mine)
				sum = added(sum, rule_reach(json_array_get(rules, i)));
		}
		e = added(e, within(sum, group));
	}
	ret->fit = within(f, fit);
	ret->engagement = within(e, engagement);
	ret->score = within(added(ret->fit, ret->engagement), json_object_get(doc, "score"));
}
