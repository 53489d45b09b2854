/* Walking through a document that compiles; what is not as it should be is passed over. */
#include <string.h>

#include "review_priv.h"

static const char *text_of(const json_t *object, const char *key, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(object, key));
	return s ? s : otherwise;
}

static void each_of(
    const json_t *list, const char *pointer, const char *kind, const char *id_key, part_fn each, void *owner)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct part p = {.kind = kind, .v = json_array_get(list, i)};
		p.id = text_of(p.v, id_key, "");
		p.label = text_of(p.v, "label", p.id);
		json_pointer_index(p.pointer, pointer, i);
		each(owner, &p);
	}
}

void review_parts(const json_t *doc, part_fn each, void *owner)
{
	const json_t *fit = json_object_get(doc, "fit"), *engagement = json_object_get(doc, "engagement"),
		     *icp = json_object_get(doc, "icp");
	if (json_object_get(doc, "applies_when")) {
		struct part whole = {.kind = "applies_when", .id = "", .label = "", .v = doc};
		each(owner, &whole);
	}
	each_of(json_object_get(fit, "rules"), "/fit/rules", "fit_rule", "id", each, owner);
	each_of(json_object_get(engagement, "rules"), "/engagement/rules", "engagement_rule", "id", each, owner);
	each_of(json_object_get(icp, "criteria"), "/icp/criteria", "criterion", "id", each, owner);
	each_of(json_object_get(icp, "exclusions"), "/icp/exclusions", "exclusion", "id", each, owner);
	each_of(json_object_get(doc, "stages"), "/stages", "stage", "stage", each, owner);
	each_of(json_object_get(doc, "tags"), "/tags", "tag", "tag", each, owner);
}

static void condition_at(
    const struct part *p, const json_t *object, const char *pointer, const char *key, condition_fn each, void *owner)
{
	struct condition c = {.part = p, .rule = json_object_get(object, key)};
	if (!c.rule)
		return;
	json_pointer_join(c.pointer, pointer, key);
	each(owner, &c);
}

void review_conditions(const struct part *p, condition_fn each, void *owner)
{
	if (!strcmp(p->kind, "applies_when")) {
		condition_at(p, p->v, "", "applies_when", each, owner);
		return;
	}
	condition_at(p, p->v, p->pointer, "when", each, owner);
	condition_at(p, p->v, p->pointer, "where", each, owner);
	const json_t *steps = json_object_get(json_object_get(p->v, "sequence"), "steps");
	for (size_t i = 0; i < json_array_size(steps); i++) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, p->pointer, "sequence");
		json_pointer_join(at, at, "steps");
		json_pointer_index(at, at, i);
		condition_at(p, json_array_get(steps, i), at, "where", each, owner);
	}
}

const char *operator_of(const json_t *v, const json_t **ret_args)
{
	if (!json_is_object(v) || json_object_size(v) != 1)
		return NULL;
	void *it = json_object_iter((json_t *)(uintptr_t)v);
	*ret_args = json_object_iter_value(it);
	return json_object_iter_key(it);
}

size_t operand_count(const json_t *args)
{
	return json_is_array(args) ? json_array_size(args) : 1;
}

const json_t *operand(const json_t *args, size_t i)
{
	if (json_is_array(args))
		return json_array_get(args, i);
	return i ? NULL : args;
}

const char *path_of(const json_t *v)
{
	const json_t *args;
	const char *op = operator_of(v, &args);
	return op && !strcmp(op, "var") ? json_string_value(operand(args, 0)) : NULL;
}

const json_t *missing_keys(const struct operation *o)
{
	bool some = !strcmp(o->op, "missing_some");
	if (!some && strcmp(o->op, "missing") != 0)
		return NULL;
	const json_t *keys = some ? operand(o->args, 1) : o->args, *first = operand(keys, 0);
	return json_is_array(first) ? first : keys; /* {"missing": [["a", "b"]]} is {"missing": ["a", "b"]} */
}

bool texts_hold(const json_t *list, const char *s)
{
	for (size_t i = 0; i < operand_count(list); i++) {
		const char *t = json_string_value(operand(list, i));
		if (t && !strcmp(t, s))
			return true;
	}
	return false;
}

struct descent {
	operation_fn each;
	void *owner;
};

static bool over_items(const char *op)
{
	static const char *const ops[] = {"map", "filter", "reduce", "all", "some", "none"};
	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
		if (!strcmp(op, ops[i]))
			return true;
	return false;
}

static void descend(const struct descent *d, const json_t *v, const char *pointer, bool inner)
{
	const json_t *args;
	const char *op = operator_of(v, &args);
	char at[ERR_POINTER_MAX], next[ERR_POINTER_MAX];
	if (!op) {
		for (size_t i = 0; i < json_array_size(v); i++) {
			json_pointer_index(next, pointer, i);
			descend(d, json_array_get(v, i), next, inner);
		}
		return;
	}
	json_pointer_join(at, pointer, op);
	d->each(d->owner, &(struct operation){op, args, inner, at});
	bool items = over_items(op);
	for (size_t i = 0; i < operand_count(args); i++) {
		if (json_is_array(args))
			json_pointer_index(next, at, i);
		descend(d, operand(args, i), json_is_array(args) ? next : at, inner || (items && i == 1));
	}
}

void review_operations(const json_t *rule, const char *pointer, operation_fn each, void *owner)
{
	struct descent d = {each, owner};
	descend(&d, rule, pointer, false);
}
