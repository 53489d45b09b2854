/* What in a model is allowed and yet hardly meant. */
#include "model_read_priv.h"
#include "review_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct review {
	const json_t *doc;
	struct model_faults *out;
	struct reaches reaches;
	const struct part *part;
	const struct condition *condition;
	bool reads_tags; /* of the condition that is looked through */
};

static void warn(struct review *r, const char *code, const char *pointer, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void warn(struct review *r, const char *code, const char *pointer, const char *fmt, ...)
{
	char sentence[ERR_DETAIL_MAX];
	if (r->out->count++ >= MODEL_FAULTS_MAX)
		return;
	va_list args;
	va_start(args, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, args);
	va_end(args);
	err_at(&r->out->fault[r->out->count - 1], ST_INVALID, code, pointer, "%s", sentence);
}

static void member(char *out, const struct part *p, const char *key)
{
	json_pointer_join(out, p->pointer, key);
}

static bool is(const struct part *p, const char *kind)
{
	return !strcmp(p->kind, kind);
}

static const char *upper(const char *stage)
{
	return !strcmp(stage, "mql") ? "MQL" : !strcmp(stage, "sal") ? "SAL" : stage;
}

static void say_never(struct review *r, const struct condition *c, const struct chance_context *x)
{
	const struct part *p = c->part;
	if (is(p, "stage") && x->why)
		warn(r, "stage_unreachable", c->pointer,
		    "No lead becomes %s by this model's rules: the %s is at %s %g, and the condition asks for %g.",
		    upper(p->id), x->why, x->wanted >= x->reachable ? "most" : "least", x->reachable, x->wanted);
	else if (is(p, "fit_rule") || is(p, "engagement_rule"))
		warn(r, "rule_never_fires", c->pointer, "The rule \"%.80s\" never fires: its condition cannot hold.",
		    p->label);
	else
		warn(r, "condition_never_holds", c->pointer, "This condition cannot hold for any lead.");
}

/* Tags that something in the document gives; `until`: by entries of `tags` before this one only. */
static bool tag_given(const json_t *doc, const char *tag, const json_t *until)
{
	const json_t *fit = json_object_get(json_object_get(doc, "fit"), "rules"),
		     *engagement = json_object_get(json_object_get(doc, "engagement"), "rules"),
		     *tags = json_object_get(doc, "tags");
	for (size_t i = 0; i < json_array_size(fit); i++)
		if (texts_hold(json_object_get(json_array_get(fit, i), "tags"), tag))
			return true;
	for (size_t i = 0; i < json_array_size(engagement); i++)
		if (texts_hold(json_object_get(json_array_get(engagement, i), "tags"), tag))
			return true;
	for (size_t i = 0; i < json_array_size(tags) && json_array_get(tags, i) != until; i++) {
		const char *given = json_string_value(json_object_get(json_array_get(tags, i), "tag"));
		if (given && !strcmp(given, tag))
			return true;
	}
	return false;
}

static void look_for_tag(struct review *r, const char *tag, const char *pointer)
{
	if (!tag_given(r->doc, tag, NULL))
		warn(r, "tag_never_given", pointer,
		    "No rule gives the tag \"%.80s\": the condition sees it only where a person or an import gave it.",
		    tag);
	else if (is(r->part, "tag") && !tag_given(r->doc, tag, r->part->v))
		warn(r, "tag_given_later", pointer,
		    "The tag \"%.80s\" is given by a later entry of `tags`: this one never sees it.", tag);
}

static void find_tags_read(void *owner, const struct operation *o)
{
	struct review *r = owner;
	const json_t *first = operand(o->args, 0), *second = operand(o->args, 1);
	const char *path = path_of(second), *other = path_of(first);
	if (!strcmp(o->op, "in") && path && !strcmp(path, "tags") && json_is_string(first))
		look_for_tag(r, json_string_value(first), o->pointer);
	bool same = !strcmp(o->op, "==") || !strcmp(o->op, "===");
	if (!o->inner || !same || !r->reads_tags)
		return;
	if (other && !*other && json_is_string(second))
		look_for_tag(r, json_string_value(second), o->pointer);
	if (path && !*path && json_is_string(first))
		look_for_tag(r, json_string_value(first), o->pointer);
}

static void find_tags_var(void *owner, const struct operation *o)
{
	struct review *r = owner;
	const char *path = !strcmp(o->op, "var") ? json_string_value(operand(o->args, 0)) : NULL;
	r->reads_tags |= path && !o->inner && !strcmp(path, "tags");
}

static void look_at_condition(void *owner, const struct condition *c)
{
	struct review *r = owner;
	bool standing = is(c->part, "stage") || is(c->part, "tag");
	struct chance_context x = {.reaches = standing ? &r->reaches : NULL,
	    .types = is(c->part, "engagement_rule") ? json_object_get(c->part->v, "on") : NULL};
	enum chance chance = condition_chance(c->rule, &x);
	if (chance == CHANCE_NEVER)
		say_never(r, c, &x);
	else if (chance == CHANCE_ALWAYS && !is(c->part, "engagement_rule") && !is(c->part, "applies_when"))
		warn(r, "condition_always_holds", c->pointer, "This condition holds for every lead.");
	if (!standing)
		return;
	r->reads_tags = false;
	review_operations(c->rule, c->pointer, find_tags_var, r);
	review_operations(c->rule, c->pointer, find_tags_read, r);
}

/* Well-known types that a person may have mistyped. */
static void look_at_type(struct review *r, const char *type, const char *pointer)
{
	static const char *const known[] = {"page_view", "form_submit", "content_download", "webinar_attend",
	    "event_attend", "email_sent", "email_open", "email_click", "email_bounce", "email_unsubscribe",
	    "demo_request", "quote_request", "trial_start", "meeting", "message", "purchase", "profile_updated", NULL};
	const char *near = NULL;
	for (const char *const *k = known; type && *k; k++) {
		unsigned d = name_distance(type, *k);
		if (!d)
			return;
		if (d <= 2 && strlen(type) > 5)
			near = *k;
	}
	if (near)
		warn(r, "event_type_unusual", pointer,
		    "The event type \"%.80s\" is not a well-known one; is \"%s\" meant?", type, near);
}

static void look_at_types(struct review *r, const struct part *p)
{
	char at[ERR_POINTER_MAX];
	const json_t *on = json_object_get(p->v, "on"),
		     *steps = json_object_get(json_object_get(p->v, "sequence"), "steps");
	member(at, p, "on");
	for (size_t i = 0; on && i < operand_count(on); i++)
		look_at_type(r, json_string_value(operand(on, i)), at);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		on = json_object_get(json_array_get(steps, i), "on");
		member(at, p, "sequence");
		json_pointer_join(at, at, "steps");
		json_pointer_index(at, at, i);
		for (size_t k = 0; on && k < operand_count(on); k++)
			look_at_type(r, json_string_value(operand(on, k)), at);
	}
}

static void look_at_rule(struct review *r, const struct part *p)
{
	char at[ERR_POINTER_MAX];
	const json_t *points = json_object_get(p->v, "points");
	member(at, p, "points");
	if (json_is_number(points) && json_number_value(points) == 0 && !json_array_size(json_object_get(p->v, "tags")))
		warn(r, "rule_without_points", at, "The rule \"%.80s\" gives neither points nor a tag.", p->label);
	look_at_types(r, p);
}

/* The least total that the conjuncts of a stage's condition ask for; NAN: none is plain. */
static double threshold(const json_t *rule)
{
	const json_t *args;
	const char *op = operator_of(rule, &args), *path;
	if (op && !strcmp(op, "and")) {
		for (size_t i = 0; i < operand_count(args); i++) {
			double t = threshold(operand(args, i));
			if (!isnan(t))
				return t;
		}
		return NAN;
	}
	if (!op || (strcmp(op, ">=") != 0 && strcmp(op, ">") != 0))
		return NAN;
	path = path_of(operand(args, 0));
	return path && !strcmp(path, "score") && json_is_number(operand(args, 1)) ? json_number_value(operand(args, 1))
										  : NAN;
}

static void look_at_part(void *owner, const struct part *p)
{
	struct review *r = owner;
	char at[ERR_POINTER_MAX];
	r->part = p;
	if (is(p, "fit_rule") || is(p, "engagement_rule"))
		look_at_rule(r, p);
	if (is(p, "criterion") && !json_object_get(p->v, "ask"))
		warn(r, "criterion_without_ask", p->pointer,
		    "The criterion \"%.80s\" has no `ask`: nobody is told what to ask when it is unknown.", p->label);
	const json_t *rearm = json_object_get(p->v, "rearm_below");
	double t = is(p, "stage") ? threshold(json_object_get(p->v, "when")) : NAN;
	member(at, p, "rearm_below");
	if (json_is_number(rearm) && json_number_value(rearm) > t)
		warn(r, "rearm_above_threshold", at,
		    "%s fires only from `rearm_below` %g, though its condition asks for %g.", upper(p->id),
		    json_number_value(rearm), t);
	review_conditions(p, look_at_condition, r);
}

static void look_at_groups(struct review *r)
{
	const json_t *engagement = json_object_get(r->doc, "engagement"),
		     *groups = json_object_get(engagement, "groups"), *rules = json_object_get(engagement, "rules");
	for (size_t g = 0; g < json_array_size(groups); g++) {
		const json_t *group = json_array_get(groups, g), *max = json_object_get(group, "max");
		const char *id = json_string_value(json_object_get(group, "id"));
		char at[ERR_POINTER_MAX];
		bool used = false;
		json_pointer_index(at, "/engagement/groups", g);
		for (size_t i = 0; id && i < json_array_size(rules); i++) {
			const json_t *rule = json_array_get(rules, i), *points = json_object_get(rule, "points");
			const char *mine = json_string_value(json_object_get(rule, "group"));
			if (!mine || strcmp(mine, id) != 0)
				continue;
			used = true;
			if (json_is_number(max) && json_number_value(points) > json_number_value(max))
				warn(r, "group_below_rule", at,
				    "The group \"%.80s\" caps at %g, below the %g points of its rule \"%.80s\".", id,
				    json_number_value(max), json_number_value(points),
				    json_string_value(json_object_get(rule, "id")));
		}
		if (id && !used)
			warn(r, "group_unused", at, "No rule is in the group \"%.80s\".", id);
	}
}

static void look_at_whole(struct review *r)
{
	const json_t *criteria = json_object_get(json_object_get(r->doc, "icp"), "criteria");
	size_t core = 0;
	for (size_t i = 0; i < json_array_size(criteria); i++)
		core += !json_is_false(json_object_get(json_array_get(criteria, i), "core"));
	if (!core)
		warn(r, "no_core_criteria", "/icp/criteria", "Without core criteria every lead is of tier D.");
	if (!json_array_size(json_object_get(r->doc, "stages")))
		warn(r, "no_stages", "/stages", "Without stages no lead becomes MQL or SAL by this model.");
}

struct taxonomy_search {
	const char *name;
	bool used;
};

static void note_taxonomy(struct taxonomy_search *s, const char *path)
{
	s->used |= path && !strncmp(path, "taxonomy.", 9) && !strcmp(path + 9, s->name);
}

static void find_taxonomy(void *owner, const struct operation *o)
{
	const json_t *keys = missing_keys(o);
	if (!strcmp(o->op, "var"))
		note_taxonomy(owner, json_string_value(operand(o->args, 0)));
	for (size_t i = 0; keys && i < operand_count(keys); i++)
		note_taxonomy(owner, json_string_value(operand(keys, i)));
}

static void find_in_condition(void *owner, const struct condition *c)
{
	review_operations(c->rule, c->pointer, find_taxonomy, owner);
}

static void find_in_part(void *owner, const struct part *p)
{
	note_taxonomy(owner, json_string_value(json_object_get(json_object_get(p->v, "streak"), "distinct")));
	review_conditions(p, find_in_condition, owner);
}

static void look_at_taxonomies(struct review *r)
{
	json_t *all = json_object_get(r->doc, "taxonomies");
	for (void *it = json_object_iter(all); it; it = json_object_iter_next(all, it)) {
		struct taxonomy_search s = {.name = json_object_iter_key(it)};
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/taxonomies", s.name);
		review_parts(r->doc, find_in_part, &s);
		if (!s.used)
			warn(r, "taxonomy_unused", at, "No condition looks at `taxonomy.%.80s`.", s.name);
	}
}

void model_review(const json_t *doc, struct model_faults *ret)
{
	struct review r = {.doc = doc, .out = ret};
	ret->count = 0;
	review_reaches(doc, &r.reaches);
	review_parts(doc, look_at_part, &r);
	look_at_groups(&r);
	look_at_taxonomies(&r);
	look_at_whole(&r);
}
