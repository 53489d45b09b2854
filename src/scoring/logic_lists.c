/* The operators over lists: map, filter, reduce, all, some, none, merge. */
#include "logic_priv.h"

#include <string.h>

static struct value run_each(struct run *r, size_t node, const struct scope *scope)
{
	const struct scope *outer = r->scope;
	r->scope = scope;
	struct value v = logic_run(r, node);
	r->scope = outer;
	return v;
}

static struct value run_map(struct run *r, const struct node *node, struct value list)
{
	size_t n = value_is_list(list) ? value_count(list) : 0;
	struct value *items = logic_alloc(r, n * sizeof(*items));
	uint32_t count = 0;
	for (size_t i = 0; items && i < n && r->failed == ST_OK; i++) {
		struct scope scope = {.item = value_at(list, i)};
		struct value v = node->argc > 1 ? run_each(r, node->first + 1u, &scope) : value_undefined;
		if (node->op == OP_MAP)
			items[count++] = v;
		else if (value_truthy(v))
			items[count++] = scope.item;
	}
	return (struct value){.kind = V_LIST, .len = count, .items = items};
}

static struct value run_reduce(struct run *r, const struct node *node, struct value list)
{
	struct scope scope = {.reducing = true, .accumulator = node->argc > 2 ? logic_operand(r, node, 2) : value_null};
	if (!value_is_list(list))
		return scope.accumulator;
	for (size_t i = 0, n = value_count(list); i < n && r->failed == ST_OK; i++) {
		scope.item = value_at(list, i);
		scope.accumulator = node->argc > 1 ? run_each(r, node->first + 1u, &scope) : value_undefined;
	}
	return scope.accumulator;
}

static bool holds_for_some(struct run *r, const struct node *node, struct value list, bool wanted)
{
	for (size_t i = 0, n = value_count(list); i < n && r->failed == ST_OK; i++) {
		struct scope scope = {.item = value_at(list, i)};
		struct value v = node->argc > 1 ? run_each(r, node->first + 1u, &scope) : value_undefined;
		if (value_truthy(v) == wanted)
			return true;
	}
	return false;
}

static struct value run_quantifier(struct run *r, const struct node *node, struct value list)
{
	if (!value_is_list(list) || value_count(list) == 0)
		return value_bool(node->op == OP_NONE);
	switch (node->op) {
	case OP_ALL:
		return value_bool(!holds_for_some(r, node, list, false));
	case OP_SOME:
		return value_bool(holds_for_some(r, node, list, true));
	default:
		return value_bool(!holds_for_some(r, node, list, true));
	}
}

static struct value run_merge(struct run *r, const struct node *node)
{
	struct value *parts = logic_alloc(r, node->argc * sizeof(*parts));
	size_t total = 0;
	for (size_t i = 0; parts && i < node->argc; i++) {
		parts[i] = logic_operand(r, node, i);
		total += value_is_list(parts[i]) ? value_count(parts[i]) : 1;
	}
	struct value *items = parts ? logic_alloc(r, total * sizeof(*items)) : NULL;
	if (!items)
		return value_undefined;
	uint32_t count = 0;
	for (size_t i = 0; i < node->argc; i++) {
		if (!value_is_list(parts[i])) {
			items[count++] = parts[i];
			continue;
		}
		for (size_t j = 0, n = value_count(parts[i]); j < n; j++)
			items[count++] = value_at(parts[i], j);
	}
	return (struct value){.kind = V_LIST, .len = count, .items = items};
}

struct value logic_run_list(struct run *r, const struct node *node)
{
	if (node->op == OP_MERGE)
		return run_merge(r, node);
	struct value list = logic_operand(r, node, 0);
	switch (node->op) {
	case OP_MAP:
	case OP_FILTER:
		return run_map(r, node, list);
	case OP_REDUCE:
		return run_reduce(r, node, list);
	default:
		return run_quantifier(r, node, list);
	}
}
