/* From JSON to nodes: every fault is reported with a pointer, constant parts are computed once. */
#include "logic_compile_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

static const struct {
	const char *name;
	enum logic_op op;
} operators[] = {
    {"var", OP_VAR},
    {"missing", OP_MISSING},
    {"missing_some", OP_MISSING_SOME},
    {"if", OP_IF},
    {"?:", OP_IF},
    {"and", OP_AND},
    {"or", OP_OR},
    {"!", OP_NOT},
    {"!!", OP_TRUTH},
    {"==", OP_EQ},
    {"!=", OP_NE},
    {"===", OP_SAME},
    {"!==", OP_NOT_SAME},
    {"<", OP_LT},
    {"<=", OP_LE},
    {">", OP_GT},
    {">=", OP_GE},
    {"between", OP_BETWEEN},
    {"+", OP_ADD},
    {"-", OP_SUB},
    {"*", OP_MUL},
    {"/", OP_DIV},
    {"%", OP_MOD},
    {"min", OP_MIN},
    {"max", OP_MAX},
    {"map", OP_MAP},
    {"filter", OP_FILTER},
    {"reduce", OP_REDUCE},
    {"all", OP_ALL},
    {"some", OP_SOME},
    {"none", OP_NONE},
    {"merge", OP_MERGE},
    {"in", OP_IN},
    {"cat", OP_CAT},
    {"substr", OP_SUBSTR},
    {"log", OP_LOG},
    {"starts_with", OP_STARTS_WITH},
    {"ends_with", OP_ENDS_WITH},
    {"matches", OP_MATCHES},
    {"seen", OP_SEEN},
    {"count_events", OP_COUNT_EVENTS},
    {"days_since", OP_DAYS_SINCE},
};

void compiler_fault(struct compiler *c, const char *code, const char *pointer, const char *sentence)
{
	c->faults++;
	c->options->report(c->options->owner, code, pointer, sentence);
}

/* Makes room for one more of `size` bytes; the index of the new one, or SIZE_MAX. */
size_t compiler_push(struct compiler *c, void *items, size_t *count, size_t *cap, size_t more, size_t size)
{
	void **p = items;
	if (*count + more > *cap) {
		size_t wanted = *cap ? *cap * 2 : 16;
		while (wanted < *count + more)
			wanted *= 2;
		void *grown = realloc(*p, wanted * size);
		if (!grown) {
			c->out_of_memory = true;
			return SIZE_MAX;
		}
		*p = grown;
		*cap = wanted;
	}
	memset((char *)*p + *count * size, 0, more * size);
	*count += more;
	return *count - more;
}

size_t compiler_push_nodes(struct compiler *c, size_t n)
{
	return compiler_push(c, &c->logic->nodes, &c->logic->n_nodes, &c->cap_nodes, n, sizeof(struct node));
}

static void set_constant(struct compiler *c, size_t slot, struct value v)
{
	struct logic *l = c->logic;
	size_t i = compiler_push(c, &l->constants, &l->n_constants, &c->cap_constants, 1, sizeof(struct constant));
	if (i == SIZE_MAX)
		return;
	l->constants[i].v = v;
	if (v.kind == V_NUMBER)
		logic_thresholds(v.n, &l->constants[i].at_least, &l->constants[i].above);
	l->nodes[slot] = (struct node){.op = OP_CONST, .extra = (uint16_t)i};
}

/* No rule inside: scalars, {} and lists of such. */
static bool is_literal(const json_t *v)
{
	if (json_is_object(v))
		return json_object_size(v) == 0;
	for (size_t i = 0, n = json_array_size(v); i < n; i++)
		if (!is_literal(json_array_get(v, i)))
			return false;
	return true;
}

const json_t *compiler_arg(const json_t *args, size_t i)
{
	return json_is_array(args) ? json_array_get(args, i) : i == 0 ? args : NULL;
}

size_t compiler_arg_count(const json_t *args)
{
	return json_is_array(args) ? json_array_size(args) : 1;
}

/* "" is the whole; a number is an index. NULL: computed. */
static const char *constant_name(const json_t *name, char small[NUMBER_TEXT_MAX])
{
	if (!name || json_is_null(name))
		return "";
	if (json_is_string(name))
		return json_string_value(name);
	if (!json_is_number(name))
		return NULL;
	small[number_format(json_number_value(name), small)] = '\0';
	return small;
}

static void check_name(struct compiler *c, const char *text, const char *pointer)
{
	enum logic_name name;
	char sentence[ERR_DETAIL_MAX];
	size_t root = strcspn(text, ".");
	if (c->in_item || (logic_name_parse(c->options->context, text, root, &name) && name != NAME_TAXONOMY))
		return;
	const char *taxonomy = text[root] ? text + root + 1 : "";
	size_t n = strcspn(taxonomy, ".");
	if (name != NAME_TAXONOMY)
		snprintf(sentence, sizeof(sentence), "`%.*s` is not available here.", (int)root, text);
	else if (n == 0)
		snprintf(sentence, sizeof(sentence), "`taxonomy` needs a name, as in `taxonomy.industry`.");
	else if (c->options->has_taxonomy(c->options->owner, taxonomy, n))
		return;
	else
		snprintf(sentence, sizeof(sentence), "The model has no taxonomy `%.*s`.", (int)n, taxonomy);
	compiler_fault(c, "name_unavailable", pointer, sentence);
}

static void compile_var(struct compiler *c, const json_t *args, size_t slot, const char *pointer)
{
	char small[NUMBER_TEXT_MAX];
	bool standing = !c->in_item && (c->options->context == LOGIC_TAGS || c->options->context == LOGIC_STAGES);
	const char *text = constant_name(compiler_arg(args, 0), small);
	size_t n = compiler_arg_count(args);
	bool computed = !text;
	if (standing && (computed || *text == '\0')) {
		compiler_fault(c, "name_unavailable", pointer, "Here a `var` needs a constant name.");
		return;
	}
	struct logic *l = c->logic;
	size_t operands = computed ? (n > 1 ? 2 : 1) : n > 1 ? 1 : 0;
	size_t first = operands ? compiler_push_nodes(c, operands) : 0;
	struct node node = {.op = computed     ? OP_VAR_COMPUTED
				  : c->in_item ? OP_VAR_ITEM
					       : OP_VAR,
	    .argc = (uint16_t)operands,
	    .first = (uint16_t)first};
	if (!computed) {
		check_name(c, text, pointer);
		size_t i = compiler_push(c, &l->paths, &l->n_paths, &c->cap_paths, 1, sizeof(struct path));
		if (i == SIZE_MAX || !logic_path_split(l->memory, c->in_item ? LOGIC_DOCUMENT : c->options->context,
					 text, strlen(text), &l->paths[i])) {
			c->out_of_memory = true;
			return;
		}
		if (standing)
			compiler_check_standing(c, (enum logic_name)l->paths[i].name, pointer);
		node.extra = (uint16_t)i;
	}
	if (first == SIZE_MAX)
		return;
	l->nodes[slot] = node;
	c->parent = OP_VAR;
	char inner[ERR_POINTER_MAX];
	if (computed) {
		if (json_is_array(args))
			json_pointer_index(inner, pointer, 0);
		else
			snprintf(inner, sizeof(inner), "%s", pointer);
		compiler_compile(c, compiler_arg(args, 0), first, inner);
	}
	if (n > 1) {
		json_pointer_index(inner, pointer, 1);
		compiler_compile(c, compiler_arg(args, 1), first + (computed ? 1 : 0), inner);
	}
}

static void compile_operands(
    struct compiler *c, enum logic_op op, const json_t *args, size_t first, const char *pointer)
{
	bool loops =
	    op == OP_MAP || op == OP_FILTER || op == OP_REDUCE || op == OP_ALL || op == OP_SOME || op == OP_NONE;
	for (size_t i = 0, n = compiler_arg_count(args); i < n; i++) {
		char inner[ERR_POINTER_MAX];
		if (json_is_array(args))
			json_pointer_index(inner, pointer, i);
		else
			snprintf(inner, sizeof(inner), "%s", pointer);
		bool was = c->in_item;
		c->in_item = was || (loops && i == 1);
		c->parent = op;
		c->siblings = args;
		compiler_compile(c, compiler_arg(args, i), first + i, inner);
		c->in_item = was;
	}
}

static void add_pattern(struct compiler *c, const json_t *args, struct node *node, const char *pointer)
{
	const json_t *pattern = compiler_arg(args, 1);
	char why[ERR_DETAIL_MAX], inner[ERR_POINTER_MAX];
	json_pointer_index(inner, pointer, 1);
	if (!json_is_string(pattern)) {
		compiler_fault(c, "rule_invalid", inner, "`matches` takes a value and a constant pattern.");
		return;
	}
	struct pattern *p = pattern_compile(json_string_value(pattern), json_string_length(pattern), why, sizeof(why));
	if (!p) {
		if (why[0])
			compiler_fault(c, "rule_invalid", inner, why);
		else
			c->out_of_memory = true;
		return;
	}
	size_t i = compiler_push(c, &c->logic->patterns, &c->logic->n_patterns, &c->cap_patterns, 1, sizeof(p));
	if (i == SIZE_MAX) {
		pattern_free(&p);
		return;
	}
	c->logic->patterns[i] = p;
	node->extra = (uint16_t)i;
}

/* Constant arithmetic and comparisons are done once, here. */
static void fold(struct compiler *c, size_t slot)
{
	struct node node = c->logic->nodes[slot];
	bool pure =
	    c->faults == 0 && !c->out_of_memory && node.op >= OP_NOT && node.op <= OP_MAX && node.op != OP_QUANTITY;
	for (size_t i = 0; pure && i < node.argc; i++)
		pure = c->logic->nodes[node.first + i].op == OP_CONST &&
		       c->logic->constants[c->logic->nodes[node.first + i].extra].v.kind != V_JSON;
	if (!pure)
		return;
	struct logic_env env = {.scratch = &c->logic->memory, .valid_until = INT64_MAX};
	struct run r = {.logic = c->logic, .env = &env, .steps = LOGIC_STEPS_MAX};
	struct value v = logic_run(&r, slot);
	if (r.failed == ST_OK && (v.kind == V_BOOL || v.kind == V_NUMBER))
		set_constant(c, slot, v);
}

static void check_missing_names(struct compiler *c, const json_t *args, const char *pointer)
{
	char inner[ERR_POINTER_MAX];
	for (size_t i = 0, n = compiler_arg_count(args); i < n; i++) {
		const json_t *name = compiler_arg(args, i);
		if (json_is_array(args))
			json_pointer_index(inner, pointer, i);
		else
			snprintf(inner, sizeof(inner), "%s", pointer);
		if (json_is_string(name))
			check_name(c, json_string_value(name), inner);
		else if (json_is_array(name))
			check_missing_names(c, name, inner);
	}
}

static void compile_operator(struct compiler *c, enum logic_op op, const json_t *args, size_t slot, const char *pointer)
{
	if (op == OP_VAR) {
		compile_var(c, args, slot, pointer);
		return;
	}
	if (op == OP_SEEN || op == OP_COUNT_EVENTS || op == OP_DAYS_SINCE) {
		compiler_seen(c, op, args, slot, pointer);
		return;
	}
	if (compiler_scored(c, op, args, slot, pointer))
		return;
	size_t n = compiler_arg_count(args);
	if ((op == OP_BETWEEN && n != 3) ||
	    ((op == OP_STARTS_WITH || op == OP_ENDS_WITH || op == OP_MATCHES) && n != 2)) {
		compiler_fault(c, "rule_invalid", pointer,
		    op == OP_BETWEEN ? "`between` takes a value, a low and a high."
				     : "The operator takes two operands.");
		return;
	}
	struct node node = {.op = (uint8_t)op, .argc = (uint16_t)n};
	if (op == OP_MATCHES) {
		add_pattern(c, args, &node, pointer);
		node.argc = 1;
	}
	if (op == OP_MISSING || op == OP_MISSING_SOME)
		check_missing_names(c, args, pointer);
	size_t first = compiler_push_nodes(c, n);
	if (first == SIZE_MAX)
		return;
	node.first = (uint16_t)first;
	c->logic->nodes[slot] = node;
	compile_operands(c, op, args, first, pointer);
	fold(c, slot);
}

static void compile_object(struct compiler *c, const json_t *rule, size_t slot, const char *pointer)
{
	json_t *object = (json_t *)(uintptr_t)rule;
	void *it = json_object_iter(object);
	const char *name = json_object_iter_key(it);
	char sentence[ERR_DETAIL_MAX], inner[ERR_POINTER_MAX];
	if (json_object_size(rule) > 1) {
		compiler_fault(c, "rule_invalid", pointer, "A rule is an object with exactly one operator.");
		return;
	}
	json_pointer_join(inner, pointer, name);
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		if (strcmp(operators[i].name, name) == 0) {
			compile_operator(c, operators[i].op, json_object_iter_value(it), slot, inner);
			return;
		}
	}
	snprintf(sentence, sizeof(sentence), "There is no operator `%.60s`.", name);
	compiler_fault(c, "operator_unknown", inner, sentence);
}

void compiler_compile(struct compiler *c, const json_t *rule, size_t slot, const char *pointer)
{
	if (c->out_of_memory)
		return;
	if (is_literal(rule)) {
		set_constant(c, slot, value_of_json((json_t *)(uintptr_t)rule));
		return;
	}
	if (json_is_object(rule)) {
		compile_object(c, rule, slot, pointer);
		return;
	}
	size_t n = json_array_size(rule), first = compiler_push_nodes(c, n);
	if (first == SIZE_MAX)
		return;
	c->logic->nodes[slot] = (struct node){.op = OP_LIST, .argc = (uint16_t)n, .first = (uint16_t)first};
	compile_operands(c, OP_LIST, rule, first, pointer);
}
