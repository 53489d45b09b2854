/* What a model depends on. */
#include <string.h>

#include "review_priv.h"

struct search {
	const json_t *doc;
	enum model_use_of of;
	const char *name;
	struct arena *arena;
	const struct part *part;
	struct model_use *uses;
	size_t n, room;
	bool out_of_memory;
	/* of the condition that is looked through */
	bool reads_all; /* it looks at tags or segments */
	bool pattern;   /* and not only at those it names */
	bool named;     /* and at ours */
};

static void add(struct search *s, const char *how, bool certain, const char *pointer)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->uses[i].pointer, pointer))
			return;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 16;
		struct model_use *more = arena_array(s->arena, room, sizeof *more);
		if (!more) {
			s->out_of_memory = true;
			return;
		}
		if (s->n)
			memcpy(more, s->uses, s->n * sizeof *more);
		s->uses = more;
		s->room = room;
	}
	struct model_use *u = &s->uses[s->n++];
	*u = (struct model_use){
	    .kind = s->part->kind, .id = s->part->id, .label = s->part->label, .how = how, .certain = certain};
	strncpy(u->pointer, pointer, sizeof u->pointer - 1);
}

/* "company" and "company.industry" have to do with each other, "company" and "companies" do not. */
static bool paths_meet(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (!*a && (!*b || *b == '.')) || (!*b && *a == '.');
}

static bool path_is_ours(const struct search *s, const char *path)
{
	if (paths_meet(path, s->name))
		return true;
	if (!strcmp(path, "title_level"))
		return !strcmp(s->name, "title");
	if (!strcmp(path, "email_kind"))
		return !strcmp(s->name, "email");
	if (!strcmp(path, "phone_country"))
		return !strcmp(s->name, "phone");
	if (strncmp(path, "taxonomy.", 9) != 0)
		return false;
	const json_t *taxonomy = json_object_get(json_object_get(s->doc, "taxonomies"), path + 9);
	const char *attribute = json_string_value(json_object_get(taxonomy, "attribute"));
	return attribute && paths_meet(attribute, s->name);
}

static void look_at_attribute(struct search *s, const struct operation *o)
{
	if (o->inner)
		return;
	const char *path = !strcmp(o->op, "var") ? json_string_value(operand(o->args, 0)) : NULL;
	if (path && path_is_ours(s, path))
		add(s, "reads", true, o->pointer);
	const json_t *keys = missing_keys(o);
	for (size_t i = 0; keys && i < operand_count(keys); i++) {
		const char *missing = json_string_value(operand(keys, i));
		if (missing && path_is_ours(s, missing))
			add(s, "reads", true, o->pointer);
	}
}

static bool types_operator(const char *op)
{
	return !strcmp(op, "seen") || !strcmp(op, "count_events") || !strcmp(op, "days_since");
}

static bool reads_path(const json_t *args, const char *path)
{
	for (size_t i = 0; i < operand_count(args); i++) {
		const char *p = path_of(operand(args, i));
		if (p && !strcmp(p, path))
			return true;
	}
	return false;
}

static void look_at_type(struct search *s, const struct operation *o)
{
	if (types_operator(o->op)) {
		/* [types, duration], or one type alone. */
		const json_t *types = json_is_array(o->args) ? json_array_get(o->args, 0) : o->args;
		bool looks = texts_hold(types, s->name);
		for (size_t i = 0; i < operand_count(types); i++)
			looks |= texts_hold(json_object_get(operand(types, i), "type"), s->name);
		if (looks)
			add(s, "reads", true, o->pointer);
		return;
	}
	if (strcmp(s->part->kind, "engagement_rule") != 0 || !reads_path(o->args, "type"))
		return;
	for (size_t i = 0; i < operand_count(o->args); i++)
		if (texts_hold(operand(o->args, i), s->name))
			add(s, "reads", true, o->pointer);
}

/* Tags and segments are lists that a condition looks into: whether it looks for ours is seen in its constants. */
static bool list_path(const struct search *s, const char *path)
{
	if (s->of == USE_TAG)
		return !strcmp(path, "tags") && (!strcmp(s->part->kind, "stage") || !strcmp(s->part->kind, "tag"));
	const char *dot = strrchr(path, '.'), *last = dot ? dot + 1 : path;
	return !strcmp(last, "segments") || !strcmp(last, "segment");
}

static bool begins_or_ends(const struct search *s, const struct operation *o)
{
	const char *part = json_string_value(operand(o->args, 1));
	size_t n = part ? strlen(part) : 0, all = strlen(s->name);
	if (!n || n > all)
		return false;
	return !strncmp(!strcmp(o->op, "starts_with") ? s->name : s->name + all - n, part, n);
}

static void look_at_list(struct search *s, const struct operation *o)
{
	const char *path = !strcmp(o->op, "var") ? json_string_value(operand(o->args, 0)) : NULL;
	if (path) {
		s->reads_all |= !o->inner && list_path(s, path);
		return;
	}
	if (!strcmp(o->op, "starts_with") || !strcmp(o->op, "ends_with"))
		s->named |= begins_or_ends(s, o);
	else if (!strcmp(o->op, "matches") || !strcmp(o->op, "substr") || !strcmp(o->op, "cat") ||
		 !strcmp(o->op, "reduce"))
		s->pattern = true;
	else
		for (size_t i = 0; i < operand_count(o->args); i++)
			s->named |= texts_hold(operand(o->args, i), s->name);
}

static void look_at(void *owner, const struct operation *o)
{
	struct search *s = owner;
	if (s->of == USE_ATTRIBUTE)
		look_at_attribute(s, o);
	else if (s->of == USE_EVENT_TYPE)
		look_at_type(s, o);
	else
		look_at_list(s, o);
}

static void look_through(void *owner, const struct condition *c)
{
	struct search *s = owner;
	s->reads_all = s->pattern = s->named = false;
	review_operations(c->rule, c->pointer, look_at, s);
	if (s->reads_all && (s->named || s->pattern))
		add(s, "reads", s->named, c->pointer);
}

static void join(char *out, const struct part *p, const char *a, const char *b)
{
	json_pointer_join(out, p->pointer, a);
	if (b)
		json_pointer_join(out, out, b);
}

static void tags_given(struct search *s, const struct part *p)
{
	char at[ERR_POINTER_MAX];
	const json_t *tags = json_object_get(p->v, "tags");
	for (size_t i = 0; i < json_array_size(tags) && strcmp(p->kind, "applies_when") != 0; i++) {
		const char *tag = json_string_value(json_array_get(tags, i));
		join(at, p, "tags", NULL);
		json_pointer_index(at, at, i);
		if (tag && !strcmp(tag, s->name))
			add(s, "gives", true, at);
	}
	join(at, p, "tag", NULL);
	if (!strcmp(p->kind, "tag") && !strcmp(p->id, s->name))
		add(s, "gives", true, at);
}

static void types_counted(struct search *s, const struct part *p)
{
	char at[ERR_POINTER_MAX];
	const json_t *sequence = json_object_get(p->v, "sequence"), *steps = json_object_get(sequence, "steps"),
		     *breakers = json_object_get(json_object_get(p->v, "streak"), "broken_by");
	join(at, p, "on", NULL);
	if (texts_hold(json_object_get(p->v, "on"), s->name))
		add(s, "counts", true, at);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		join(at, p, "sequence", "steps");
		json_pointer_index(at, at, i);
		json_pointer_join(at, at, "on");
		if (texts_hold(json_object_get(json_array_get(steps, i), "on"), s->name))
			add(s, "counts", true, at);
	}
	join(at, p, "sequence", "without");
	if (texts_hold(json_object_get(sequence, "without"), s->name))
		add(s, "counts", true, at);
	for (size_t i = 0; i < json_array_size(breakers); i++) {
		const json_t *b = json_array_get(breakers, i);
		const char *type =
		    json_is_object(b) ? json_string_value(json_object_get(b, "type")) : json_string_value(b);
		join(at, p, "streak", "broken_by");
		json_pointer_index(at, at, i);
		if (type && !strcmp(type, s->name))
			add(s, "counts", true, at);
	}
}

static void look_into(void *owner, const struct part *p)
{
	struct search *s = owner;
	s->part = p;
	if (s->of == USE_TAG)
		tags_given(s, p);
	if (s->of == USE_EVENT_TYPE && !strcmp(p->kind, "engagement_rule"))
		types_counted(s, p);
	const char *distinct = json_string_value(json_object_get(json_object_get(p->v, "streak"), "distinct"));
	if (s->of == USE_ATTRIBUTE && distinct && path_is_ours(s, distinct)) {
		char at[ERR_POINTER_MAX];
		join(at, p, "streak", "distinct");
		add(s, "reads", true, at);
	}
	review_conditions(p, look_through, s);
}

/* A taxonomy reads its attribute, whether or not a rule uses it. */
static void look_at_taxonomies(struct search *s)
{
	json_t *all = json_object_get(s->doc, "taxonomies");
	for (void *it = json_object_iter(all); it; it = json_object_iter_next(all, it)) {
		struct part p = {.kind = "taxonomy", .id = json_object_iter_key(it), .label = json_object_iter_key(it)};
		const char *attribute = json_string_value(json_object_get(json_object_iter_value(it), "attribute"));
		json_pointer_join(p.pointer, "/taxonomies", p.id);
		json_pointer_join(p.pointer, p.pointer, "attribute");
		s->part = &p;
		if (attribute && paths_meet(attribute, s->name))
			add(s, "reads", true, p.pointer);
	}
}

bool model_uses(const json_t *doc, enum model_use_of of, const char *name, struct arena *arena, struct model_use **ret,
    size_t *ret_n)
{
	struct search s = {.doc = doc, .of = of, .name = name, .arena = arena};
	review_parts(doc, look_into, &s);
	if (of == USE_ATTRIBUTE)
		look_at_taxonomies(&s);
	if (s.out_of_memory)
		return false;
	*ret = s.uses;
	*ret_n = s.n;
	return true;
}
