/* Arithmetic, text, and comparing a score with a number. */
#include "logic_priv.h"

#include <math.h>
#include <string.h>

static struct value run_sum(struct run *r, const struct node *node)
{
	double sum = 0;
	for (size_t i = 0; i < node->argc; i++)
		sum += value_parse_float(r, logic_operand(r, node, i));
	return value_number(sum);
}

static struct value run_product(struct run *r, const struct node *node)
{
	if (node->argc == 0)
		return value_undefined;
	struct value first = logic_operand(r, node, 0);
	if (node->argc == 1)
		return first;
	double product = value_parse_float(r, first);
	for (size_t i = 1; i < node->argc; i++)
		product *= value_parse_float(r, logic_operand(r, node, i));
	return value_number(product);
}

static struct value run_arithmetic(struct run *r, const struct node *node)
{
	double a = value_to_number(r, logic_operand(r, node, 0));
	struct value second = logic_operand(r, node, 1);
	if (node->op == OP_SUB && second.kind == V_UNDEFINED)
		return value_number(-a);
	double b = value_to_number(r, second);
	switch (node->op) {
	case OP_SUB:
		return value_number(a - b);
	case OP_DIV:
		return value_number(a / b);
	default:
		return value_number(fmod(a, b));
	}
}

static struct value run_extreme(struct run *r, const struct node *node)
{
	double best = node->op == OP_MIN ? INFINITY : -INFINITY;
	for (size_t i = 0; i < node->argc; i++) {
		double x = value_to_number(r, logic_operand(r, node, i));
		if (isnan(best) || isnan(x))
			best = NAN;
		else if (node->op == OP_MIN ? x < best : x > best)
			best = x;
	}
	return value_number(best);
}

static bool contains(struct value text, struct value part)
{
	return part.len == 0 || memmem(text.s, text.len, part.s, part.len) != NULL;
}

static struct value run_in(struct run *r, const struct node *node)
{
	struct value what = logic_operand(r, node, 0), where = logic_operand(r, node, 1);
	if (where.kind == V_STRING)
		return value_bool(
		    where.len && contains(where, value_to_string(r, what))); /* nothing is in "", not even "" */
	if (!value_is_list(where))
		return value_bool(false);
	for (size_t i = 0, n = value_count(where); i < n; i++)
		if (value_same(value_at(where, i), what))
			return value_bool(true);
	return value_bool(false);
}

static struct value run_cat(struct run *r, const struct node *node)
{
	struct value *parts = logic_alloc(r, node->argc * sizeof(*parts));
	size_t total = 0;
	for (size_t i = 0; parts && i < node->argc; i++) {
		struct value v = logic_operand(r, node, i);
		parts[i] = v.kind == V_UNDEFINED || v.kind == V_NULL ? value_string("", 0) : value_to_string(r, v);
		total += parts[i].len;
	}
	char *text = parts ? logic_alloc(r, total) : NULL;
	if (!text)
		return value_undefined;
	char *p = text;
	for (size_t i = 0; i < node->argc; i++) {
		memcpy(p, parts[i].s, parts[i].len);
		p += parts[i].len;
	}
	return value_string(text, total);
}

static double integral(double x)
{
	return isnan(x) ? 0 : trunc(x);
}

static size_t characters(struct value s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
	return n;
}

static size_t byte_of_character(struct value s, size_t character)
{
	size_t i = 0;
	for (; i < s.len; i++)
		if (((unsigned char)s.s[i] & 0xc0) != 0x80 && character-- == 0)
			break;
	return i;
}

static struct value run_substr(struct run *r, const struct node *node)
{
	struct value s = value_to_string(r, logic_operand(r, node, 0));
	double n = (double)characters(s);
	double start = node->argc > 1 ? integral(value_to_number(r, logic_operand(r, node, 1))) : 0;
	start = start < 0 ? fmax(n + start, 0) : fmin(start, n);
	double end = n;
	struct value length = logic_operand(r, node, 2);
	if (length.kind != V_UNDEFINED) {
		double count = value_to_number(r, length);
		/* What is left after leaving out -count is made whole, not -count. */
		end = count < 0 ? start + trunc(n - start + count) : fmin(start + integral(count), n);
	}
	if (end <= start)
		return value_string("", 0);
	size_t from = byte_of_character(s, (size_t)start), to = byte_of_character(s, (size_t)end);
	return value_string(s.s + from, to - from);
}

static struct value run_affix(struct run *r, const struct node *node)
{
	struct value s = logic_operand(r, node, 0), part = logic_operand(r, node, 1);
	if (s.kind != V_STRING || part.kind != V_STRING || part.len > s.len)
		return value_bool(false);
	const char *at = node->op == OP_STARTS_WITH ? s.s : s.s + (s.len - part.len);
	return value_bool(memcmp(at, part.s, part.len) == 0);
}

static struct value run_matches(struct run *r, const struct node *node)
{
	struct value s = logic_operand(r, node, 0);
	bool found = false;
	if (s.kind == V_STRING) {
		enum status st = pattern_matches(r->logic->patterns[node->extra], s.s, s.len, &found);
		if (st != ST_OK)
			r->failed = st;
	}
	return value_bool(found);
}

void logic_thresholds(double x, int64_t *ret_at_least, int64_t *ret_above)
{
	if (!(fabs(x) < 9e12)) {
		*ret_at_least = *ret_above = x > 0 ? INT64_MAX : INT64_MIN;
		return;
	}
	int64_t m = (int64_t)floor(x * 1000.0) - 1;
	while ((double)m / 1000.0 < x)
		m++;
	*ret_at_least = m;
	while ((double)m / 1000.0 <= x)
		m++;
	*ret_above = m;
}

/* How the other operand counts as a number beside a number; false: the comparison can never hold as equality. */
static bool as_number(struct run *r, uint8_t op, struct value v, double *ret)
{
	if (op == OP_SAME || op == OP_NOT_SAME) {
		*ret = v.n;
		return v.kind == V_NUMBER;
	}
	if ((op == OP_EQ || op == OP_NE) && (v.kind == V_NULL || v.kind == V_UNDEFINED))
		return false;
	*ret = value_to_number(r, v);
	return true;
}

struct value logic_run_quantity(struct run *r, const struct node *node)
{
	enum quantity which = (enum quantity)(node->detail / 8);
	uint8_t op = (uint8_t)(OP_EQ + node->detail % 8);
	bool negated = op == OP_NE || op == OP_NOT_SAME;
	struct value other = logic_operand(r, node, 0);
	const struct node *operand = &r->logic->nodes[node->first];
	int64_t at_least, above;
	double x;
	if (!as_number(r, op, other, &x) || isnan(x))
		return value_bool(negated);
	if (operand->op == OP_CONST && other.kind == V_NUMBER) {
		at_least = r->logic->constants[operand->extra].at_least;
		above = r->logic->constants[operand->extra].above;
	} else {
		logic_thresholds(x, &at_least, &above);
	}
	int64_t q = r->env->quantity[which];
	/* Three ranges: below, equal (may be empty), above. Adjacent ranges with the same answer are one. */
	struct span span = {INT64_MIN, INT64_MAX};
	bool holds;
	switch (op) {
	case OP_LT:
	case OP_GE:
		if (q < at_least)
			span.high = at_least - 1;
		else
			span.low = at_least;
		holds = (q < at_least) == (op == OP_LT);
		break;
	case OP_LE:
	case OP_GT:
		if (q < above)
			span.high = above - 1;
		else
			span.low = above;
		holds = (q < above) == (op == OP_LE);
		break;
	default:
		if (at_least == above)
			return value_bool(negated);
		if (q < at_least)
			span.high = at_least - 1;
		else if (q >= above)
			span.low = above;
		else
			span = (struct span){at_least, above - 1};
		holds = (q >= at_least && q < above) != negated;
		break;
	}
	struct span *s = &r->env->span[which];
	if (span.low > s->low)
		s->low = span.low;
	if (span.high < s->high)
		s->high = span.high;
	return value_bool(holds);
}

struct value logic_run_operator(struct run *r, const struct node *node)
{
	switch ((enum logic_op)node->op) {
	case OP_ADD:
		return run_sum(r, node);
	case OP_MUL:
		return run_product(r, node);
	case OP_SUB:
	case OP_DIV:
	case OP_MOD:
		return run_arithmetic(r, node);
	case OP_MIN:
	case OP_MAX:
		return run_extreme(r, node);
	case OP_IN:
		return run_in(r, node);
	case OP_CAT:
		return run_cat(r, node);
	case OP_SUBSTR:
		return run_substr(r, node);
	case OP_STARTS_WITH:
	case OP_ENDS_WITH:
		return run_affix(r, node);
	case OP_MATCHES:
		return run_matches(r, node);
	default:
		return value_undefined;
	}
}
