/* From JSON to nodes: every fault is reported with a pointer, constant parts are computed once. */
#include "logic_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

static const struct {
	const char *name;
	enum logic_op op;
} operators[] = {
    {"var", OP_VAR}, {"missing", OP_MISSING}, {"missing_some", OP_MISSING_SOME}, {"if", OP_IF}, {"?:", OP_IF},
    {"and", OP_AND}, {"or", OP_OR}, {"!", OP_NOT}, {"!!", OP_TRUTH}, {"==", OP_EQ}, {"!=", OP_NE}, {"===", OP_SAME},
    {"!==", OP_NOT_SAME}, {"<", OP_LT}, {"<=", OP_LE}, {">", OP_GT}, {">=", OP_GE}, {"between", OP_BETWEEN},
    {"+", OP_ADD}, {"-", OP_SUB}, {"*", OP_MUL}, {"/", OP_DIV}, {"%", OP_MOD}, {"min", OP_MIN}, {"max", OP_MAX},
    {"map", OP_MAP}, {"filter", OP_FILTER}, {"reduce", OP_REDUCE}, {"all", OP_ALL}, {"some", OP_SOME}, {"none", OP_NONE},
    {"merge", OP_MERGE}, {"in", OP_IN}, {"cat", OP_CAT}, {"substr", OP_SUBSTR}, {"log", OP_LOG},
    {"starts_with", OP_STARTS_WITH}, {"ends_with", OP_ENDS_WITH}, {"matches", OP_MATCHES}, {"seen", OP_SEEN},
};

struct compiler {
	const struct logic_options *options;
	struct logic *logic;
	size_t cap_nodes, cap_constants, cap_paths, cap_windows, cap_patterns;
	bool in_item;     /* inside map, filter and the like: names are the item's */
	bool in_compared; /* an operand compared with a score */
	enum logic_op parent;
	size_t faults;
	bool out_of_memory;
};

static void fault(struct compiler *c, const char *code, const char *pointer, const char *sentence)
{
	c->faults++;
	c->options->report(c->options->owner, code, pointer, sentence);
}

/* Makes room for one more of `size` bytes; the index of the new one, or SIZE_MAX. */
static size_t push(struct compiler *c, void *items, size_t *count, size_t *cap, size_t more, size_t size)
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

static size_t push_nodes(struct compiler *c, size_t n)
{
	return push(c, &c->logic->nodes, &c->logic->n_nodes, &c->cap_nodes, n, sizeof(struct node));
}

static void compile(struct compiler *c, const json_t *rule, size_t slot, const char *pointer);

static void set_constant(struct compiler *c, size_t slot, struct value v)
{
	struct logic *l = c->logic;
	size_t i = push(c, &l->constants, &l->n_constants, &c->cap_constants, 1, sizeof(struct constant));
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

static const json_t *arg(const json_t *args, size_t i)
{
	return json_is_array(args) ? json_array_get(args, i) : i == 0 ? args : NULL;
}

static size_t arg_count(const json_t *args)
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
	if (c->in_item || logic_name_parse(c->options->context, text, strcspn(text, "."), &name))
		return;
	snprintf(sentence, sizeof(sentence), "`%.*s` is not available here.", (int)strcspn(text, "."), text);
	fault(c, "name_unavailable", pointer, sentence);
}

/* A score decays, so the instant at which a rule turns must be findable: it stands beside a comparison only. */
static void check_standing(struct compiler *c, enum logic_name name, const char *pointer)
{
	bool equality = c->parent == OP_EQ || c->parent == OP_NE || c->parent == OP_SAME || c->parent == OP_NOT_SAME;
	if (name == NAME_SCORE || name == NAME_ENGAGEMENT)
		fault(c, "name_unavailable", pointer, "`score` and `engagement` may only be compared (<, <=, >, >=, ==, ===, !=, !==, between), and not with each other.");
	else if (name == NAME_GRADE && (c->in_compared || (!equality && c->parent != OP_IN)))
		fault(c, "name_unavailable", pointer, "`grade` may only be compared for equality or looked for with `in`.");
}

static void compile_var(struct compiler *c, const json_t *args, size_t slot, const char *pointer)
{
	char small[NUMBER_TEXT_MAX];
	bool standing = !c->in_item && (c->options->context == LOGIC_TAGS || c->options->context == LOGIC_STAGES);
	const char *text = constant_name(arg(args, 0), small);
	size_t n = arg_count(args);
	bool computed = !text;
	if (standing && (computed || *text == '\0')) {
		fault(c, "name_unavailable", pointer, "Here a `var` needs a constant name.");
		return;
	}
	struct logic *l = c->logic;
	size_t operands = computed ? (n > 1 ? 2 : 1) : n > 1 ? 1 : 0;
	size_t first = operands ? push_nodes(c, operands) : 0;
	struct node node = {.op = computed ? OP_VAR_COMPUTED : c->in_item ? OP_VAR_ITEM : OP_VAR, .argc = (uint16_t)operands, .first = (uint16_t)first};
	if (!computed) {
		check_name(c, text, pointer);
		size_t i = push(c, &l->paths, &l->n_paths, &c->cap_paths, 1, sizeof(struct path));
		if (i == SIZE_MAX || !logic_path_split(l->memory, c->in_item ? LOGIC_DOCUMENT : c->options->context, text, strlen(text), &l->paths[i])) {
			c->out_of_memory = true;
			return;
		}
		if (standing)
			check_standing(c, (enum logic_name)l->paths[i].name, pointer);
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
		compile(c, arg(args, 0), first, inner);
	}
	if (n > 1) {
		json_pointer_index(inner, pointer, 1);
		compile(c, arg(args, 1), first + (computed ? 1 : 0), inner);
	}
}

static void compile_operands(struct compiler *c, enum logic_op op, const json_t *args, size_t first, const char *pointer)
{
	bool loops = op == OP_MAP || op == OP_FILTER || op == OP_REDUCE || op == OP_ALL || op == OP_SOME || op == OP_NONE;
	for (size_t i = 0, n = arg_count(args); i < n; i++) {
		char inner[ERR_POINTER_MAX];
		if (json_is_array(args))
			json_pointer_index(inner, pointer, i);
		else
			snprintf(inner, sizeof(inner), "%s", pointer);
		bool was = c->in_item;
		c->in_item = was || (loops && i == 1);
		c->parent = op;
		compile(c, arg(args, i), first + i, inner);
		c->in_item = was;
	}
}

static bool is_quantity(const struct compiler *c, const json_t *v, enum quantity *ret)
{
	if (c->in_item || (c->options->context != LOGIC_TAGS && c->options->context != LOGIC_STAGES))
		return false;
	if (!json_is_object(v) || json_object_size(v) != 1)
		return false;
	const json_t *args = json_object_get(v, "var");
	const json_t *name = args ? arg(args, 0) : NULL;
	if (!json_is_string(name))
		return false;
	*ret = strcmp(json_string_value(name), "score") == 0 ? QUANTITY_SCORE : QUANTITY_ENGAGEMENT;
	return *ret == QUANTITY_SCORE || strcmp(json_string_value(name), "engagement") == 0;
}

static enum logic_op mirrored(enum logic_op op)
{
	switch (op) {
	case OP_LT:
		return OP_GT;
	case OP_LE:
		return OP_GE;
	case OP_GT:
		return OP_LT;
	case OP_GE:
		return OP_LE;
	default:
		return op;
	}
}

/* `args[a] op args[b]`, where one of them may be a score, into a node of its own. */
static void compile_pair(struct compiler *c, enum logic_op op, const json_t *args, size_t a, size_t b, size_t slot, const char *pointer)
{
	enum quantity q = QUANTITY_SCORE;
	char inner[ERR_POINTER_MAX];
	bool left = is_quantity(c, arg(args, a), &q);
	bool scored = left || is_quantity(c, arg(args, b), &q);
	size_t first = push_nodes(c, scored ? 1 : 2);
	if (first == SIZE_MAX)
		return;
	bool was = c->in_compared;
	c->in_compared = was || scored;
	if (scored) {
		unsigned cmp = (unsigned)((left ? op : mirrored(op)) - OP_EQ);
		c->logic->nodes[slot] = (struct node){.op = OP_QUANTITY, .detail = (uint8_t)(q * 8 + cmp), .argc = 1, .first = (uint16_t)first};
		c->parent = OP_QUANTITY;
		json_pointer_index(inner, pointer, left ? b : a);
		compile(c, arg(args, left ? b : a), first, inner);
	} else {
		c->logic->nodes[slot] = (struct node){.op = (uint8_t)op, .argc = 2, .first = (uint16_t)first};
		c->parent = op;
		json_pointer_index(inner, pointer, a);
		compile(c, arg(args, a), first, inner);
		json_pointer_index(inner, pointer, b);
		compile(c, arg(args, b), first + 1, inner);
	}
	c->in_compared = was;
}

/* True when the comparison has a score in it and was compiled here. */
static bool compile_scored(struct compiler *c, enum logic_op op, const json_t *args, size_t slot, const char *pointer)
{
	enum quantity q;
	size_t n = arg_count(args), scores = 0;
	for (size_t i = 0; i < n && i < 3; i++)
		scores += is_quantity(c, arg(args, i), &q);
	bool triple = op == OP_BETWEEN || (n > 2 && (op == OP_LT || op == OP_LE));
	if (op < OP_EQ || op > OP_BETWEEN || scores != 1 || c->in_compared || n < 2 || (op == OP_BETWEEN && n < 3))
		return false;
	if (!triple) {
		if (is_quantity(c, arg(args, 0), &q) || is_quantity(c, arg(args, 1), &q)) {
			compile_pair(c, op, args, 0, 1, slot, pointer);
			return true;
		}
		return false;
	}
	size_t first = push_nodes(c, 2);
	if (first == SIZE_MAX)
		return true;
	c->logic->nodes[slot] = (struct node){.op = OP_AND, .argc = 2, .first = (uint16_t)first};
	c->in_compared = true; /* the others must not move either; compile_pair looks at the score itself */
	bool between = op == OP_BETWEEN;
	compile_pair(c, between ? OP_LE : op, args, between ? 1 : 0, between ? 0 : 1, first, pointer);
	compile_pair(c, between ? OP_LE : op, args, between ? 0 : 1, 2, first + 1, pointer);
	c->in_compared = false;
	return true;
}

static void compile_seen(struct compiler *c, const json_t *args, size_t slot, const char *pointer)
{
	if (c->options->context != LOGIC_TAGS && c->options->context != LOGIC_STAGES) {
		fault(c, "name_unavailable", pointer, "`seen` is for stages and tags.");
		return;
	}
	const json_t *types = arg(args, 0), *within = arg(args, 1);
	struct window w = {0};
	size_t n = json_is_array(types) ? json_array_size(types) : 1;
	uint16_t *slots = arena_array(c->logic->memory, n ? n : 1, sizeof(*slots));
	if (!slots) {
		c->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *type = json_is_array(types) ? json_array_get(types, i) : types;
		if (!json_is_string(type) || json_string_length(type) == 0) {
			fault(c, "rule_invalid", pointer, "`seen` takes event types: a text or a list of texts, and perhaps a duration.");
			return;
		}
		slots[i] = c->options->seen_slot(c->options->owner, json_string_value(type));
		if (slots[i] == UINT16_MAX)
			fault(c, "limit_exceeded", pointer, "The model looks for too many event types with `seen`.");
	}
	if (n == 0 || arg_count(args) > 2)
		fault(c, "rule_invalid", pointer, "`seen` takes a list of event types and perhaps a duration.");
	if (within && (!json_is_string(within) || !duration_parse(json_string_value(within), json_string_length(within), &w.within)))
		fault(c, "duration_invalid", pointer, "The window of `seen` is an ISO 8601 duration like \"P90D\".");
	w.slots = slots;
	w.n = n;
	size_t i = push(c, &c->logic->windows, &c->logic->n_windows, &c->cap_windows, 1, sizeof(w));
	if (i == SIZE_MAX)
		return;
	c->logic->windows[i] = w;
	c->logic->nodes[slot] = (struct node){.op = OP_SEEN, .extra = (uint16_t)i};
}

static void add_pattern(struct compiler *c, const json_t *args, struct node *node, const char *pointer)
{
	const json_t *pattern = arg(args, 1);
	char why[ERR_DETAIL_MAX], inner[ERR_POINTER_MAX];
	json_pointer_index(inner, pointer, 1);
	if (!json_is_string(pattern)) {
		fault(c, "rule_invalid", inner, "`matches` takes a value and a constant pattern.");
		return;
	}
	struct pattern *p = pattern_compile(json_string_value(pattern), json_string_length(pattern), why, sizeof(why));
	if (!p) {
		if (why[0])
			fault(c, "rule_invalid", inner, why);
		else
			c->out_of_memory = true;
		return;
	}
	size_t i = push(c, &c->logic->patterns, &c->logic->n_patterns, &c->cap_patterns, 1, sizeof(p));
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
	bool pure = c->faults == 0 && !c->out_of_memory && node.op >= OP_NOT && node.op <= OP_MAX && node.op != OP_QUANTITY;
	for (size_t i = 0; pure && i < node.argc; i++)
		pure = c->logic->nodes[node.first + i].op == OP_CONST && c->logic->constants[c->logic->nodes[node.first + i].extra].v.kind != V_JSON;
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
	for (size_t i = 0, n = arg_count(args); i < n; i++) {
		const json_t *name = arg(args, i);
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
	if (op == OP_SEEN) {
		compile_seen(c, args, slot, pointer);
		return;
	}
	if (compile_scored(c, op, args, slot, pointer))
		return;
	size_t n = arg_count(args);
	if ((op == OP_BETWEEN && n != 3) || ((op == OP_STARTS_WITH || op == OP_ENDS_WITH || op == OP_MATCHES) && n != 2)) {
		fault(c, "rule_invalid", pointer, op == OP_BETWEEN ? "`between` takes a value, a low and a high." : "The operator takes two operands.");
		return;
	}
	struct node node = {.op = (uint8_t)op, .argc = (uint16_t)n};
	if (op == OP_MATCHES) {
		add_pattern(c, args, &node, pointer);
		node.argc = 1;
	}
	if (op == OP_MISSING || op == OP_MISSING_SOME)
		check_missing_names(c, args, pointer);
	size_t first = push_nodes(c, n);
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
		fault(c, "rule_invalid", pointer, "A rule is an object with exactly one operator.");
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
	fault(c, "operator_unknown", inner, sentence);
}

static void compile(struct compiler *c, const json_t *rule, size_t slot, const char *pointer)
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
	size_t n = json_array_size(rule), first = push_nodes(c, n);
	if (first == SIZE_MAX)
		return;
	c->logic->nodes[slot] = (struct node){.op = OP_LIST, .argc = (uint16_t)n, .first = (uint16_t)first};
	compile_operands(c, OP_LIST, rule, first, pointer);
}

enum status logic_build(const json_t *rule, const char *pointer, const struct logic_options *options, struct logic **ret)
{
	struct compiler c = {.options = options, .parent = OP_CONST};
	size_t count = 0;
	if (!measure(rule, 0, false, &count)) {
		fault(&c, "rule_too_large", pointer, "A rule may be 64 deep and hold 10,000 values.");
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
	if (!l->memory || !l->copy || push_nodes(&c, 1) == SIZE_MAX)
		c.out_of_memory = true;
	else
		compile(&c, l->copy, 0, pointer);
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
