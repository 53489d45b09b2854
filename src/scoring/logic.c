/* The life of a compiled rule: measured before anything recurses, compiled, freed. */
#include "logic_compile_priv.h"

#include <stdlib.h>
#include <string.h>

/* Counts values and depth before anything recurses. The list of an operator's operands is no level of its own. */
static bool measure(const json_t *v, unsigned depth, bool operands, size_t *count)
{
	if (!operands && (json_is_array(v) || json_is_object(v)))
		depth++;
	if (++*count > LOGIC_NODES_MAX || depth > LOGIC_DEPTH_MAX)
		return false;
	for (size_t i = 0, n = json_array_size(v); i < n; i++)
		if (!measure(json_array_get(v, i), depth, false, count))
			return false;
	json_t *object = (json_t *)(uintptr_t)v;
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
		if (!measure(json_object_iter_value(it), depth, json_is_array(json_object_iter_value(it)), count))
			return false;
	return true;
}

enum status logic_build(
    const json_t *rule, const char *pointer, const struct logic_options *options, struct logic **ret)
{
	struct compiler c = {.options = options, .parent = OP_CONST};
	size_t count = 0;
	if (!measure(rule, 0, false, &count)) {
		compiler_fault(&c, "rule_too_large", pointer, "A rule may be 64 deep and hold 10,000 values.");
		return ST_TOO_LARGE;
	}
	struct logic *l = calloc(1, sizeof(*l));
	if (!l)
		return ST_NOMEM;
	c.logic = l;
	l->context = options->context;
	l->own_memory = !options->memory;
	l->memory = options->memory ? options->memory : arena_new(0);
	l->copy = json_deep_copy(rule);
	if (!l->memory || !l->copy || compiler_push_nodes(&c, 1) == SIZE_MAX)
		c.out_of_memory = true;
	else
		compiler_compile(&c, l->copy, 0, pointer);
	if (c.out_of_memory || c.faults) {
		logic_free(&l);
		return c.out_of_memory ? ST_NOMEM : ST_INVALID;
	}
	*ret = l;
	return ST_OK;
}

void logic_free(struct logic **l)
{
	if (!l || !*l)
		return;
	for (size_t i = 0; i < (*l)->n_patterns; i++)
		pattern_free(&(*l)->patterns[i]);
	free((*l)->patterns);
	free((*l)->nodes);
	free((*l)->constants);
	free((*l)->paths);
	free((*l)->windows);
	json_decref((*l)->copy);
	if ((*l)->own_memory)
		arena_free(&(*l)->memory);
	free(*l);
	*l = NULL;
}

struct first_fault {
	bool set;
	struct err e;
};

static void report_first(void *owner, const char *code, const char *pointer, const char *sentence)
{
	struct first_fault *f = owner;
	if (f->set)
		return;
	f->set = true;
	err_at(&f->e, strcmp(code, "rule_too_large") == 0 ? ST_TOO_LARGE : ST_INVALID, code, pointer, "%s", sentence);
}

enum status logic_compile(const json_t *rule, const char *pointer, struct logic **ret, struct err *e)
{
	struct first_fault first = {.set = false};
	struct logic_options options = {.context = LOGIC_DOCUMENT, .report = report_first, .owner = &first};
	enum status st = logic_build(rule, pointer, &options, ret);
	if (st == ST_NOMEM)
		return err_set(e, st, NULL, "Out of memory.");
	if (st != ST_OK && e)
		*e = first.e;
	return st;
}
