/* What only the rules of stages and tags may say: comparisons with a score. What they look back at: logic_seen.c. */
#include "logic_compile_priv.h"

#include <string.h>

#include "base/json.h"

/* A score decays, so the instant at which a rule turns must be findable: it stands beside a comparison only. */
void compiler_check_standing(struct compiler *c, enum logic_name name, const char *pointer)
{
	bool equality = c->parent == OP_EQ || c->parent == OP_NE || c->parent == OP_SAME || c->parent == OP_NOT_SAME;
	if (name == NAME_SCORE || name == NAME_ENGAGEMENT)
		compiler_fault(c, "name_unavailable", pointer,
		    "`score` and `engagement` may only be compared (<, <=, >, >=, ==, ===, !=, !==, between), and not "
		    "with each other.");
	else if (name == NAME_GRADE && (c->in_compared || (!equality && c->parent != OP_IN)))
		compiler_fault(c, "name_unavailable", pointer,
		    "`grade` may only be compared for equality or looked for with `in`.");
}

static bool is_quantity(const struct compiler *c, const json_t *v, enum quantity *ret)
{
	if (c->in_item || (c->options->context != LOGIC_TAGS && c->options->context != LOGIC_STAGES))
		return false;
	if (!json_is_object(v) || json_object_size(v) != 1)
		return false;
	const json_t *args = json_object_get(v, "var");
	const json_t *name = args ? compiler_arg(args, 0) : NULL;
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
static void compile_pair(
    struct compiler *c, enum logic_op op, const json_t *args, size_t a, size_t b, size_t slot, const char *pointer)
{
	enum quantity q = QUANTITY_SCORE;
	char inner[ERR_POINTER_MAX];
	bool left = is_quantity(c, compiler_arg(args, a), &q);
	bool scored = left || is_quantity(c, compiler_arg(args, b), &q);
	size_t first = compiler_push_nodes(c, scored ? 1 : 2);
	if (first == SIZE_MAX)
		return;
	bool was = c->in_compared;
	c->in_compared = was || scored;
	c->siblings = args;
	if (scored) {
		unsigned cmp = (unsigned)((left ? op : mirrored(op)) - OP_EQ);
		c->logic->nodes[slot] = (struct node){
		    .op = OP_QUANTITY, .detail = (uint8_t)(q * 8 + cmp), .argc = 1, .first = (uint16_t)first};
		c->parent = OP_QUANTITY;
		json_pointer_index(inner, pointer, left ? b : a);
		compiler_compile(c, compiler_arg(args, left ? b : a), first, inner);
	} else {
		c->logic->nodes[slot] = (struct node){.op = (uint8_t)op, .argc = 2, .first = (uint16_t)first};
		c->parent = op;
		json_pointer_index(inner, pointer, a);
		compiler_compile(c, compiler_arg(args, a), first, inner);
		json_pointer_index(inner, pointer, b);
		compiler_compile(c, compiler_arg(args, b), first + 1, inner);
	}
	c->in_compared = was;
}

/* True when the comparison has a score in it and was compiled here. */
bool compiler_scored(struct compiler *c, enum logic_op op, const json_t *args, size_t slot, const char *pointer)
{
	enum quantity q;
	size_t n = compiler_arg_count(args), scores = 0;
	for (size_t i = 0; i < n && i < 3; i++)
		scores += is_quantity(c, compiler_arg(args, i), &q);
	bool triple = op == OP_BETWEEN || (n > 2 && (op == OP_LT || op == OP_LE));
	if (op < OP_EQ || op > OP_BETWEEN || scores != 1 || c->in_compared || n < 2 || (op == OP_BETWEEN && n < 3))
		return false;
	if (!triple) {
		if (is_quantity(c, compiler_arg(args, 0), &q) || is_quantity(c, compiler_arg(args, 1), &q)) {
			compile_pair(c, op, args, 0, 1, slot, pointer);
			return true;
		}
		return false;
	}
	size_t first = compiler_push_nodes(c, 2);
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
