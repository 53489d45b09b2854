/* Evaluating compiled rules: names, branches, comparisons. */
#include "logic_priv.h"

#include <math.h>
#include <string.h>

#define SCRATCH_BYTES_MAX (8u << 20)

void *logic_alloc(struct run *r, size_t n)
{
	struct arena **scratch = r->env->scratch;
	if (!*scratch)
		*scratch = arena_new(SCRATCH_BYTES_MAX);
	r->env->drew = true;
	void *p = *scratch ? arena_alloc(*scratch, n ? n : 1) : NULL;
	if (!p)
		r->failed = *scratch && arena_used(*scratch) + n > SCRATCH_BYTES_MAX / 2 ? ST_TOO_LARGE : ST_NOMEM;
	return p;
}

struct value logic_operand(struct run *r, const struct node *node, size_t i)
{
	return i < node->argc ? logic_run(r, node->first + i) : value_undefined;
}

struct value logic_descend(struct value from, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (from.kind == V_JSON && json_is_object(from.json))
			from = value_of_json(json_object_getn(from.json, steps[i].key, steps[i].len));
		else if (value_is_list(from) && steps[i].index >= 0 && (size_t)steps[i].index < value_count(from))
			from = value_at(from, (size_t)steps[i].index);
		else
			return value_undefined;
	}
	return from;
}

static bool is_nothing(struct value v)
{
	return v.kind == V_UNDEFINED || v.kind == V_NULL;
}

struct value logic_field(struct run *r, const struct path *path)
{
	struct value v = value_undefined;
	bool taxonomy = path->name == NAME_TAXONOMY && path->n > 0;
	bool ok = taxonomy ? r->env->classify(r->env, path->steps, &v)
			   : r->env->resolve(r->env, (enum logic_name)path->name, &v);
	if (!ok) {
		r->failed = ST_NOMEM;
		return value_undefined;
	}
	struct value root = v;
	v = logic_descend(root, path->steps + taxonomy, path->n - taxonomy);
	if (path->of_company && is_nothing(v) && root.kind == V_JSON)
		v = logic_descend(value_of_json(json_object_get(root.json, "account")), path->steps + 1, path->n - 1u);
	if (path->name <= NAME_TAXONOMY && is_nothing(v))
		r->env->absent = true;
	return v;
}

struct value logic_item(const struct scope *scope, const struct path *path)
{
	if (!scope->reducing)
		return logic_descend(scope->item, path->steps, path->n);
	if (path->n == 0)
		return value_undefined;
	const struct step *step = path->steps;
	if (step->len == 7 && memcmp(step->key, "current", 7) == 0)
		return logic_descend(scope->item, step + 1, path->n - 1u);
	if (step->len == 11 && memcmp(step->key, "accumulator", 11) == 0)
		return logic_descend(scope->accumulator, step + 1, path->n - 1u);
	return value_undefined;
}

struct value logic_lookup(struct run *r, struct value name)
{
	static const struct step empty_key = {"", 0, -1};
	bool whole = is_nothing(name) || (name.kind == V_STRING && name.len == 0);
	struct path path = {.steps = &empty_key, .n = whole ? 0 : 1, .name = NAME_FIELD};
	name = value_to_string(r, name);
	if (name.len > 0 && !whole) {
		struct arena **scratch = r->env->scratch;
		if (!logic_alloc(r, 1) || !logic_path_split(*scratch, r->scope ? LOGIC_DOCUMENT : r->logic->context,
					      name.s, name.len, &path)) {
			r->failed = ST_NOMEM;
			return value_undefined;
		}
	}
	return r->scope ? logic_item(r->scope, &path) : logic_field(r, &path);
}

static bool same_step(const struct step *a, const struct step *b)
{
	return a == b || (a->len == b->len && memcmp(a->key, b->key, a->len) == 0);
}

/* `properties.NAME` of a compiled path, which outlives the environment. */
static struct value property(struct run *r, const struct step *step)
{
	struct logic_env *env = r->env;
	struct value v = value_undefined;
	for (size_t i = 0; i < env->n_memo; i++)
		if (same_step(env->memo[i].step, step))
			return env->memo[i].v;
	if (!env->resolve(env, NAME_PROPERTIES, &v)) {
		r->failed = ST_NOMEM;
		return value_undefined;
	}
	v = logic_descend(v, step, 1);
	if (env->n_memo < MEMO_MAX)
		env->memo[env->n_memo++] = (struct memo){step, v};
	return v;
}

static struct value constant_field(struct run *r, const struct path *path)
{
	return path->name == NAME_PROPERTIES && path->n == 1 ? property(r, path->steps) : logic_field(r, path);
}

static struct value run_var(struct run *r, const struct node *node)
{
	struct value v;
	if (node->op == OP_VAR_COMPUTED)
		v = logic_lookup(r, logic_operand(r, node, 0));
	else if (node->op == OP_VAR)
		v = constant_field(r, &r->logic->paths[node->extra]);
	else
		v = logic_item(r->scope, &r->logic->paths[node->extra]);
	size_t fallback = node->op == OP_VAR_COMPUTED ? 1 : 0;
	if (v.kind == V_UNDEFINED)
		v = logic_operand(r, node, fallback);
	return v.kind == V_UNDEFINED ? value_null : v;
}

/* The keys of a list, or the operands themselves, that are absent, null or "". */
static struct value missing_of(struct run *r, const struct value *keys, size_t n)
{
	struct value *found = logic_alloc(r, n * sizeof(*found));
	uint32_t count = 0;
	for (size_t i = 0; found && i < n; i++) {
		struct value v = logic_lookup(r, keys[i]);
		if (is_nothing(v) || (v.kind == V_STRING && v.len == 0))
			found[count++] = keys[i];
	}
	return (struct value){.kind = V_LIST, .len = found ? count : 0, .items = found};
}

static struct value *unpacked(struct run *r, struct value list)
{
	size_t n = value_count(list);
	struct value *keys = logic_alloc(r, n * sizeof(*keys));
	for (size_t i = 0; keys && i < n; i++)
		keys[i] = value_at(list, i);
	return keys;
}

static struct value run_missing(struct run *r, const struct node *node)
{
	struct value first = logic_operand(r, node, 0);
	if (value_is_list(first)) {
		struct value *keys = unpacked(r, first);
		return missing_of(r, keys, keys ? value_count(first) : 0);
	}
	struct value *keys = logic_alloc(r, node->argc * sizeof(*keys));
	for (size_t i = 0; keys && i < node->argc; i++)
		keys[i] = i ? logic_operand(r, node, i) : first;
	return missing_of(r, keys, keys ? node->argc : 0);
}

static struct value run_missing_some(struct run *r, const struct node *node)
{
	double need = value_to_number(r, logic_operand(r, node, 0));
	struct value options = logic_operand(r, node, 1);
	if (!value_is_list(options))
		return value_null;
	struct value *keys = unpacked(r, options);
	size_t n = keys ? value_count(options) : 0;
	struct value missing = missing_of(r, keys, n);
	if ((double)(n - missing.len) >= need)
		missing.len = 0;
	return missing;
}

static struct value run_if(struct run *r, const struct node *node)
{
	size_t i = 0;
	for (; i + 1 < node->argc; i += 2)
		if (value_truthy(logic_operand(r, node, i)))
			return logic_operand(r, node, i + 1);
	return i < node->argc ? logic_operand(r, node, i) : value_null;
}

static struct value run_junction(struct run *r, const struct node *node)
{
	struct value v = value_undefined;
	for (size_t i = 0; i < node->argc; i++) {
		v = logic_operand(r, node, i);
		if (value_truthy(v) == (node->op == OP_OR))
			return v;
	}
	return v;
}

static bool ordered(uint8_t op, enum value_order order)
{
	switch (op) {
	case OP_LT:
		return order == ORDER_LESS;
	case OP_LE:
		return order == ORDER_LESS || order == ORDER_EQUAL;
	case OP_GT:
		return order == ORDER_GREATER;
	default:
		return order == ORDER_GREATER || order == ORDER_EQUAL;
	}
}

static struct value run_comparison(struct run *r, const struct node *node)
{
	struct value a = logic_operand(r, node, 0), b = logic_operand(r, node, 1);
	switch (node->op) {
	case OP_EQ:
	case OP_NE:
		return value_bool(value_equal(r, a, b) == (node->op == OP_EQ));
	case OP_SAME:
	case OP_NOT_SAME:
		return value_bool(value_same(a, b) == (node->op == OP_SAME));
	default:
		break;
	}
	bool holds = ordered(node->op, value_compare(r, a, b));
	if (holds && (node->op == OP_LT || node->op == OP_LE)) {
		struct value c = logic_operand(r, node, 2);
		holds = c.kind == V_UNDEFINED || ordered(node->op, value_compare(r, b, c));
	}
	return value_bool(holds);
}

static struct value run_between(struct run *r, const struct node *node)
{
	struct value x = logic_operand(r, node, 0), low = logic_operand(r, node, 1);
	return value_bool(
	    ordered(OP_LE, value_compare(r, low, x)) && ordered(OP_LE, value_compare(r, x, logic_operand(r, node, 2))));
}

static struct value run_list_literal(struct run *r, const struct node *node)
{
	struct value *items = logic_alloc(r, node->argc * sizeof(*items));
	if (!items)
		return value_undefined;
	for (size_t i = 0; i < node->argc; i++)
		items[i] = logic_operand(r, node, i);
	return (struct value){.kind = V_LIST, .len = node->argc, .items = items};
}

struct value logic_run(struct run *r, size_t index)
{
	const struct node *node = &r->logic->nodes[index];
	if (node->op == OP_CONST)
		return r->logic->constants[node->extra].v;
	if (r->failed != ST_OK)
		return value_undefined;
	if (r->steps-- == 0) {
		r->failed = ST_TOO_LARGE;
		return value_undefined;
	}
	switch ((enum logic_op)node->op) {
	case OP_LIST:
		return run_list_literal(r, node);
	case OP_VAR:
	case OP_VAR_ITEM:
	case OP_VAR_COMPUTED:
		return run_var(r, node);
	case OP_MISSING:
		return run_missing(r, node);
	case OP_MISSING_SOME:
		return run_missing_some(r, node);
	case OP_IF:
		return run_if(r, node);
	case OP_AND:
	case OP_OR:
		return run_junction(r, node);
	case OP_NOT:
		return value_bool(!value_truthy(logic_operand(r, node, 0)));
	case OP_TRUTH:
		return value_bool(value_truthy(logic_operand(r, node, 0)));
	case OP_EQ:
	case OP_NE:
	case OP_SAME:
	case OP_NOT_SAME:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return run_comparison(r, node);
	case OP_BETWEEN:
		return run_between(r, node);
	case OP_QUANTITY:
		return logic_run_quantity(r, node);
	case OP_SEEN:
	case OP_COUNT_EVENTS:
	case OP_DAYS_SINCE:
		return logic_run_seen(r, node);
	case OP_LOG:
		return logic_operand(r, node, 0);
	case OP_MAP:
	case OP_FILTER:
	case OP_REDUCE:
	case OP_ALL:
	case OP_SOME:
	case OP_NONE:
	case OP_MERGE:
		return logic_run_list(r, node);
	default:
		return logic_run_operator(r, node);
	}
}

enum status logic_evaluate(const struct logic *l, struct logic_env *env, struct value *ret)
{
	struct run r = {.logic = l, .env = env, .steps = LOGIC_STEPS_MAX};
	struct value v = logic_run(&r, 0);
	if (r.failed == ST_OK)
		*ret = v;
	return r.failed;
}

enum status logic_holds(const struct logic *l, struct logic_env *env, bool *ret)
{
	struct value v = value_undefined;
	enum status st = logic_evaluate(l, env, &v);
	if (env->drew && *env->scratch)
		arena_reset(*env->scratch);
	env->drew = false;
	if (st != ST_OK && st != ST_TOO_LARGE)
		return st;
	*ret = st == ST_OK && value_truthy(v);
	return ST_OK;
}

static bool resolve_document(struct logic_env *env, enum logic_name name, struct value *ret);

struct document_env {
	struct logic_env env;
	struct value root;
};

static bool resolve_document(struct logic_env *env, enum logic_name name, struct value *ret)
{
	(void)name;
	*ret = ((struct document_env *)(void *)env)->root;
	return true;
}

enum status logic_apply(const struct logic *l, const json_t *data, struct arena *scratch, json_t **ret, struct err *e)
{
	struct document_env document = {
	    .env = {.resolve = resolve_document, .scratch = &scratch, .valid_until = INT64_MAX},
	    .root = data ? value_of_json((json_t *)(uintptr_t)data) : value_null,
	};
	struct value v = value_null;
	enum status st = logic_evaluate(l, &document.env, &v);
	if (st == ST_TOO_LARGE)
		return err_set(e, st, "rule_too_much_work", "The rule takes more work than one evaluation may.");
	json_t *result = st == ST_OK ? value_to_json(v) : NULL;
	if (!result)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = result;
	return ST_OK;
}
