/* Conditions and values in words, in Chinese and English. */
#include <stdio.h>
#include <string.h>

#include "review_priv.h"
#include "words_priv.h"

#define DEPTH_MAX 40

struct writer {
	struct buf *b;
	bool zh;
};

static void put(struct writer *w, const char *en, const char *zh)
{
	buf_puts(w->b, w->zh ? zh : en);
}

static void put_json(struct writer *w, const json_t *v)
{
	(void)json_write(v, false, w->b);
}

static void put_rule(struct writer *w, const json_t *rule, unsigned depth);

/* A constant, or what an operand computes. */
static void put_operand(struct writer *w, const json_t *v, unsigned depth)
{
	const char *path = path_of(v);
	const json_t *args;
	if (path)
		buf_puts(w->b, *path ? path : w->zh ? "该项" : "the item");
	else if (operator_of(v, &args))
		put_rule(w, v, depth);
	else if (json_is_string(v))
		buf_printf(w->b, w->zh ? "“%s”" : "\"%s\"", json_string_value(v));
	else
		put_json(w, v);
}

/* "a", "b" or "c". */
static void put_choice(struct writer *w, const json_t *list, unsigned depth)
{
	size_t n = operand_count(list);
	for (size_t i = 0; i < n; i++) {
		if (i)
			put(w, i + 1 == n ? " or " : ", ", i + 1 == n ? "或" : "、");
		put_operand(w, operand(list, i), depth);
	}
}

static void put_junction(struct writer *w, const json_t *args, bool all, unsigned depth)
{
	for (size_t i = 0; i < operand_count(args); i++) {
		const json_t *inner, *v = operand(args, i);
		const char *op = operator_of(v, &inner);
		bool group = op && (!strcmp(op, "and") || !strcmp(op, "or")) && operand_count(inner) > 1;
		if (i)
			put(w, all ? " and " : " or ", all ? "且" : "或");
		if (group)
			put(w, "(", "（");
		put_operand(w, v, depth);
		if (group)
			put(w, ")", "）");
	}
}

static void put_infix(struct writer *w, const json_t *args, const char *en, const char *zh, unsigned depth)
{
	for (size_t i = 0; i < operand_count(args); i++) {
		if (i)
			put(w, en, zh);
		put_operand(w, operand(args, i), depth);
	}
}

/* What an operator looks at: of more operands it would make nothing, and of fewer something else. */
static bool put_comparison(struct writer *w, const char *op, const json_t *args, unsigned depth)
{
	static const struct {
		const char *op, *en, *zh;
		size_t most;
	} words[] = {{"==", " is ", "为", 2}, {"===", " is ", "为", 2}, {"!=", " is not ", "不为", 2},
	    {"!==", " is not ", "不为", 2}, {">=", " ≥ ", " ≥ ", 2}, {">", " > ", " > ", 2}, {"<=", " ≤ ", " ≤ ", 3},
	    {"<", " < ", " < ", 3}, {"+", " + ", " + ", SIZE_MAX}, {"-", " - ", " - ", 2},
	    {"*", " × ", " × ", SIZE_MAX}, {"/", " ÷ ", " ÷ ", 2}, {"starts_with", " starts with ", "开头是", 2},
	    {"ends_with", " ends with ", "结尾是", 2}, {"matches", " matches ", "匹配", 2}};
	size_t n = operand_count(args);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(op, words[i].op) && n >= 2 && n <= words[i].most) {
			put_infix(w, args, words[i].en, words[i].zh, depth);
			return true;
		}
	return false;
}

static void put_in(struct writer *w, const json_t *args, unsigned depth)
{
	const json_t *what = operand(args, 0), *where = operand(args, 1);
	if (json_is_array(where)) {
		put_operand(w, what, depth);
		put(w, " is ", "为");
		put_choice(w, where, depth);
		return;
	}
	put_operand(w, where, depth);
	put(w, " has ", "含");
	put_operand(w, what, depth);
}

/* Event types, some of them with a condition. */
static void put_types(struct writer *w, const json_t *types, unsigned depth)
{
	size_t n = operand_count(types);
	for (size_t i = 0; i < n; i++) {
		const json_t *item = operand(types, i), *where = json_object_get(item, "where");
		if (i)
			put(w, i + 1 == n ? " or " : ", ", i + 1 == n ? "或" : "、");
		put_operand(w, where ? json_object_get(item, "type") : item, depth);
		if (!where)
			continue;
		put(w, " (where ", "（");
		put_rule(w, where, depth);
		put(w, ")", "）");
	}
}

/* seen, count_events, days_since: [types, duration], or one type. */
static void put_events(struct writer *w, const char *op, const json_t *args, unsigned depth)
{
	const json_t *types = operand(args, 0), *within = operand(args, 1);
	const char *span = json_string_value(within);
	if (!strcmp(op, "days_since")) {
		put(w, "days since ", "距");
		put_types(w, types, depth);
		put(w, "", "的天数");
		return;
	}
	bool count = !strcmp(op, "count_events");
	if (span && w->zh)
		buf_printf(w->b, "%s 内", span);
	put(w, count ? "how many " : "there was ", count ? "发生" : "有过");
	put_types(w, types, depth);
	put(w, "", count ? "的次数" : "");
	if (span && !w->zh)
		buf_printf(w->b, " within %s", span);
}

static void put_rule(struct writer *w, const json_t *rule, unsigned depth)
{
	const json_t *args;
	const char *op = operator_of(rule, &args);
	if (!op || depth == 0) {
		if (json_is_boolean(rule))
			put(w, json_is_true(rule) ? "always" : "never", json_is_true(rule) ? "恒成立" : "恒不成立");
		else
			put_json(w, rule);
		return;
	}
	depth--;
	if (!strcmp(op, "var")) {
		put_operand(w, rule, depth);
	} else if (!strcmp(op, "and") || !strcmp(op, "or")) {
		put_junction(w, args, *op == 'a', depth);
	} else if (!strcmp(op, "!")) {
		put(w, "not (", "非（");
		put_operand(w, operand(args, 0), depth);
		put(w, ")", "）");
	} else if (!strcmp(op, "between") && operand_count(args) == 3) {
		put_operand(w, operand(args, 0), depth);
		put(w, " from ", "在 ");
		put_operand(w, operand(args, 1), depth);
		put(w, " to ", " 到 ");
		put_operand(w, operand(args, 2), depth);
		put(w, "", " 之间");
	} else if (!strcmp(op, "in") && operand_count(args) == 2) {
		put_in(w, args, depth);
	} else if (!strcmp(op, "seen") || !strcmp(op, "count_events") || !strcmp(op, "days_since")) {
		put_events(w, op, args, depth);
	} else if (!put_comparison(w, op, args, depth)) {
		put_json(w, rule);
	}
}

char *condition_words(const json_t *rule, enum model_language language, struct arena *arena)
{
	struct buf b = BUF_INIT;
	struct writer w = {&b, language == LANGUAGE_ZH};
	put_rule(&w, rule, DEPTH_MAX);
	char *words = buf_ok(&b) ? arena_strndup(arena, b.data ? b.data : "", b.len) : NULL;
	buf_free(&b);
	return words;
}

static bool has_chinese(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0xE3 && (unsigned char)s[i] <= 0xE9)
			return true;
	return false;
}

char *label_words(const char *label, enum model_language language, struct arena *arena)
{
	const char *cut = strstr(label, " / ");
	size_t n = cut ? (size_t)(cut - label) : 0;
	if (!cut || has_chinese(label, n) == has_chinese(cut + 3, strlen(cut + 3)))
		return arena_strdup(arena, label);
	bool first = has_chinese(label, n) == (language == LANGUAGE_ZH);
	return first ? arena_strndup(arena, label, n) : arena_strdup(arena, cut + 3);
}

static void put_limit(struct writer *w, const json_t *v)
{
	const json_t *times = json_object_get(v, "times");
	const char *per = json_string_value(json_object_get(v, "per")),
		   *cooldown = json_string_value(json_object_get(v, "cooldown"));
	static const char *const units[][2] = {
	    {"event", "每次"}, {"day", "每天"}, {"week", "每周"}, {"month", "每月"}, {"ever", "总共"}};
	long long n = json_is_integer(times) ? json_integer_value(times) : 1;
	if (!per && times)
		per = "ever";
	for (size_t i = 0; per && i < 5; i++)
		if (!strcmp(units[i][0], per)) {
			if (w->zh)
				buf_printf(w->b, "%s %lld 次", units[i][1], n);
			else
				buf_printf(w->b, i == 4 ? "%lld in all" : "%lld per %s", n, per);
		}
	if (cooldown)
		buf_printf(w->b, w->zh ? "%s间隔 %s" : "%s%s apart", per ? (w->zh ? "，" : ", ") : "", cooldown);
}

static void put_decay(struct writer *w, const json_t *v)
{
	static const char *const kinds[][3] = {{"half_life", "half-life %s", "半衰期 %s"},
	    {"linear", "linear over %s", "%s 内线性归零"}, {"expires_after", "expires after %s", "%s 后失效"}};
	for (size_t i = 0; i < 3; i++) {
		const char *d = json_string_value(json_object_get(v, kinds[i][0]));
		if (!d)
			continue;
		const char *fmt = kinds[i][w->zh ? 2 : 1], *at = strstr(fmt, "%s");
		buf_put(w->b, fmt, (size_t)(at - fmt));
		buf_puts(w->b, d);
		buf_puts(w->b, at + 2);
		return;
	}
	put(w, "none", "无");
}

void put_value_words(struct buf *b, const char *key, const json_t *v, enum model_language language)
{
	struct writer w = {b, language == LANGUAGE_ZH};
	if (!v || json_is_null(v))
		put(&w, "none", "无");
	else if (!strcmp(key, "when") || !strcmp(key, "where") || !strcmp(key, "applies_when"))
		put_rule(&w, v, DEPTH_MAX);
	else if (!strcmp(key, "limit") && json_is_object(v))
		put_limit(&w, v);
	else if (!strcmp(key, "decay") && json_is_object(v))
		put_decay(&w, v);
	else if (json_is_boolean(v))
		put(&w, json_is_true(v) ? "yes" : "no", json_is_true(v) ? "是" : "否");
	else if (json_is_string(v))
		buf_printf(b, w.zh ? "“%s”" : "\"%s\"", json_string_value(v));
	else if (json_is_array(v) && json_array_size(v) && json_is_string(json_array_get(v, 0)))
		for (size_t i = 0; i < json_array_size(v); i++) {
			if (i)
				put(&w, ", ", "、");
			put_operand(&w, json_array_get(v, i), 1);
		}
	else
		put_json(&w, v);
}
