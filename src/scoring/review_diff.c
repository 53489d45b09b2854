/* How two models differ, in words: what was added, removed and changed, rule by rule. */
#include <stdio.h>
#include <string.h>

#include "review_priv.h"
#include "words_priv.h"

struct diff {
	enum model_language language;
	struct arena *arena;
	struct model_difference *out;
	size_t n, room;
	bool failed;
};

static bool zh(const struct diff *d)
{
	return d->language == LANGUAGE_ZH;
}

static void add(struct diff *d, const char *kind, const char *pointer, struct buf *sentence)
{
	if (d->n == d->room) {
		size_t room = d->room ? d->room * 2 : 16;
		struct model_difference *more = arena_array(d->arena, room, sizeof *more);
		if (more && d->n)
			memcpy(more, d->out, d->n * sizeof *more);
		d->failed |= !more;
		d->out = more ? more : d->out;
		d->room = more ? room : d->room;
	}
	char *text = buf_ok(sentence) && sentence->data ? arena_strndup(d->arena, sentence->data, sentence->len) : NULL;
	buf_free(sentence);
	d->failed |= !text;
	if (d->failed)
		return;
	struct model_difference *m = &d->out[d->n++];
	*m = (struct model_difference){.kind = kind, .sentence = text};
	snprintf(m->pointer, sizeof m->pointer, "%s", pointer);
}

struct words {
	const char *key, *en, *zh;
};

static const struct words fields[] = {{"points", "points", "分值"}, {"label", "label", "名称"},
    {"when", "condition", "条件"}, {"where", "condition", "条件"}, {"on", "events", "事件"}, {"group", "group", "分组"},
    {"limit", "limit", "频次"}, {"decay", "decay", "衰减"}, {"min", "minimum", "下限"}, {"max", "maximum", "上限"},
    {"tags", "tags", "标签"}, {"tag_for", "tags last", "标签时长"}, {"streak", "streak", "连续条件"},
    {"sequence", "sequence", "先后条件"}, {"count", "count", "次数条件"}, {"inactive_for", "silence", "沉默条件"},
    {"core", "core", "核心"}, {"weight", "weight", "权重"}, {"part", "part", "部分"},
    {"dimension", "dimension", "维度"}, {"ask", "question", "提问"}, {"reason", "reason", "原因"},
    {"rearm_below", "re-arms below", "重新计数线"}, {"fall_back", "falls back", "回落"},
    {"cooldown", "cooldown", "冷却期"}, {"name", "name", "名称"}, {"description", "description", "说明"},
    {"language", "language", "语言"}, {"time_zone", "time zone", "时区"}, {"applies_when", "applies when", "适用条件"},
    {"grades", "grades", "活跃等级线"}, {"attribute", "attribute", "属性"}, {"A", "share of tier A", "A 档比例"},
    {"B", "share of tier B", "B 档比例"}, {"C", "share of tier C", "C 档比例"}};

static const char *field_words(const struct diff *d, const char *key)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (!strcmp(fields[i].key, key))
			return zh(d) ? fields[i].zh : fields[i].en;
	return key;
}

/* What is left out is worth its default. */
static const json_t *field_of(const json_t *object, const char *key, json_t *const defaults[2])
{
	const json_t *v = json_object_get(object, key);
	if (v)
		return v;
	if (!strcmp(key, "core"))
		return defaults[1];
	return !strcmp(key, "fall_back") ? defaults[0] : NULL;
}

/* Whether two conditions are the same but for one number. The path it is compared with, "" when it is none. */
static bool one_number(const json_t *a, const json_t *b, const char *path, const json_t **ret_a, const json_t **ret_b,
    const char **ret_path)
{
	if (json_equal(a, b))
		return true;
	if (json_is_number(a) && json_is_number(b)) {
		bool first = !*ret_a;
		*ret_a = a;
		*ret_b = b;
		*ret_path = path;
		return first;
	}
	const json_t *in_a, *in_b;
	const char *op = operator_of(a, &in_a), *other = operator_of(b, &in_b);
	if (op && other && !strcmp(op, other)) {
		const char *mine = "";
		for (size_t i = 0; i < operand_count(in_a) && !*mine; i++)
			mine = path_of(operand(in_a, i)) ? path_of(operand(in_a, i)) : "";
		return one_number(in_a, in_b, mine, ret_a, ret_b, ret_path);
	}
	if (!json_is_array(a) || !json_is_array(b) || json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!one_number(json_array_get(a, i), json_array_get(b, i), path, ret_a, ret_b, ret_path))
			return false;
	return true;
}

/* "from 25 to 30", "25 → 30". */
static void put_move(struct diff *d, struct buf *s, const char *key, const json_t *before, const json_t *after)
{
	buf_puts(s, zh(d) ? " " : " from ");
	put_value_words(s, key, before, d->language);
	buf_puts(s, zh(d) ? " → " : " to ");
	put_value_words(s, key, after, d->language);
}

/* A stage's threshold has a name of its own. */
static bool put_threshold(struct diff *d, struct buf *s, const json_t *before, const json_t *after)
{
	const json_t *a = NULL, *b = NULL;
	const char *path = "";
	if (!before || !after || !one_number(before, after, "", &a, &b, &path) || !a || strcmp(path, "score") != 0)
		return false;
	buf_puts(s, zh(d) ? "门槛" : "threshold");
	put_move(d, s, "points", a, b);
	return true;
}

struct thing {
	const char *en, *zh; /* what it is; "" when its name says so */
	bool stage;
};

static void put_thing(struct diff *d, struct buf *s, const struct thing *t, const char *name)
{
	char *words = label_words(name, d->language, d->arena);
	d->failed |= !words;
	if (t->stage)
		buf_puts(s, !strcmp(name, "mql") ? "MQL" : "SAL");
	else
		buf_printf(s, zh(d) ? "%s「%s」" : "%s \"%s\"", zh(d) ? t->zh : t->en, words ? words : "");
}

static void field_changed(struct diff *d, const struct thing *t, const char *name, const char *key, const char *pointer,
    const json_t *before, const json_t *after)
{
	struct buf s = BUF_INIT;
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, pointer, key);
	put_thing(d, &s, t, name);
	if (t->stage)
		buf_puts(&s, " ");
	else if (!zh(d))
		buf_puts(&s, ": ");
	if (!t->stage || strcmp(key, "when") != 0 || !put_threshold(d, &s, before, after)) {
		buf_puts(&s, field_words(d, key));
		put_move(d, &s, key, before, after);
	}
	add(d, "changed", at, &s);
}

/* Every field of either that differs, but for the id. */
static void compare_fields(struct diff *d, const struct thing *t, const char *name, const char *id_key,
    const char *pointer, json_t *before, json_t *after)
{
	json_t *const defaults[2] = {json_false(), json_true()};
	for (int round = 0; round < 2; round++) {
		json_t *of = round ? after : before, *other = round ? before : after;
		for (void *it = json_object_iter(of); it; it = json_object_iter_next(of, it)) {
			const char *key = json_object_iter_key(it);
			if (!strcmp(key, id_key) || (round && json_object_get(other, key)))
				continue;
			const json_t *a = field_of(before, key, defaults), *b = field_of(after, key, defaults);
			if (!a != !b || (a && b && !json_equal(a, b)))
				field_changed(d, t, name, key, pointer, a, b);
		}
	}
}

/* What a new rule is about: its points and its condition. */
static void put_gist(struct diff *d, struct buf *s, const json_t *v)
{
	const json_t *points = json_object_get(v, "points"), *on = json_object_get(v, "on"),
		     *when = json_object_get(v, "when");
	const char *between = zh(d) ? "：" : ": ";
	if (points) {
		buf_puts(s, between);
		put_value_words(s, "points", points, d->language);
		buf_puts(s, zh(d) ? " 分" : json_number_value(points) == 1 ? " point" : " points");
		between = zh(d) ? "，" : ", ";
	}
	if (on || when) {
		buf_puts(s, between);
		put_value_words(s, on ? "on" : "when", on ? on : when, d->language);
	}
}

static void come_or_gone(
    struct diff *d, const struct thing *t, const char *name, bool come, const char *pointer, const json_t *v)
{
	struct buf s = BUF_INIT;
	put_thing(d, &s, t, name);
	buf_puts(&s, come ? (zh(d) ? "新增" : " added") : zh(d) ? "删除" : " removed");
	if (come)
		put_gist(d, &s, v);
	add(d, come ? "added" : "removed", pointer, &s);
}

static json_t *find(const json_t *list, const char *id_key, const char *id, size_t *ret_i)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *v = json_array_get(list, i);
		const char *mine = json_string_value(json_object_get(v, id_key));
		if (mine && !strcmp(mine, id)) {
			*ret_i = i;
			return v;
		}
	}
	return NULL;
}

static const char *name_of(const struct thing *t, const json_t *v, const char *id_key)
{
	const char *label = json_string_value(json_object_get(v, "label")),
		   *id = json_string_value(json_object_get(v, id_key));
	return (label && !t->stage) ? label : id ? id : "";
}

static void compare_lists(struct diff *d, const struct thing *t, const json_t *before, const json_t *after,
    const char *pointer, const char *id_key)
{
	char at[ERR_POINTER_MAX];
	size_t k = 0, last = 0;
	bool moved = false;
	for (size_t i = 0; i < json_array_size(before); i++) {
		json_t *v = json_array_get(before, i);
		const char *id = json_string_value(json_object_get(v, id_key));
		json_pointer_index(at, pointer, i);
		if (id && !find(after, id_key, id, &k))
			come_or_gone(d, t, name_of(t, v, id_key), false, at, v);
	}
	for (size_t i = 0; i < json_array_size(after); i++) {
		json_t *v = json_array_get(after, i);
		const char *id = json_string_value(json_object_get(v, id_key));
		json_t *was = id ? find(before, id_key, id, &k) : NULL;
		json_pointer_index(at, pointer, i);
		if (!was) {
			come_or_gone(d, t, name_of(t, v, id_key), true, at, v);
			continue;
		}
		moved |= k < last;
		last = k > last ? k : last;
		compare_fields(d, t, name_of(t, v, id_key), id_key, at, was, v);
	}
	if (!moved)
		return;
	struct buf s = BUF_INIT;
	buf_printf(&s, zh(d) ? "%s的顺序变了" : "The order of %ss changed",
	    zh(d)      ? (t->stage ? "阶段" : t->zh)
	    : t->stage ? "stage"
		       : t->en);
	add(d, "changed", pointer, &s);
}

/* Fields that stand alone, or in an object of the document. */
static void compare_members(struct diff *d, const json_t *before, const json_t *after, const char *pointer,
    const char *const *keys, const char *en, const char *in_zh)
{
	for (; *keys; keys++) {
		const json_t *a = json_object_get(before, *keys), *b = json_object_get(after, *keys);
		if (!a == !b && (!a || json_equal(a, b)))
			continue;
		struct buf s = BUF_INIT;
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, pointer, *keys);
		buf_puts(&s, zh(d) ? in_zh : en);
		buf_puts(&s, field_words(d, *keys));
		put_move(d, &s, *keys, a, b);
		add(d, !a ? "added" : !b ? "removed" : "changed", at, &s);
	}
}

static void compare_taxonomies(struct diff *d, json_t *before, json_t *after)
{
	static const struct thing taxonomy = {"Taxonomy", "词表", false}, entry = {"Entry", "词条", false};
	static const char *const keys[] = {"attribute", NULL};
	for (void *it = json_object_iter(before); it; it = json_object_iter_next(before, it)) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/taxonomies", json_object_iter_key(it));
		if (!json_object_get(after, json_object_iter_key(it)))
			come_or_gone(d, &taxonomy, json_object_iter_key(it), false, at, json_object_iter_value(it));
	}
	for (void *it = json_object_iter(after); it; it = json_object_iter_next(after, it)) {
		json_t *now = json_object_iter_value(it), *was = json_object_get(before, json_object_iter_key(it));
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/taxonomies", json_object_iter_key(it));
		if (!was) {
			come_or_gone(d, &taxonomy, json_object_iter_key(it), true, at, now);
			continue;
		}
		compare_members(d, was, now, at, keys, "Taxonomy: ", "词表");
		json_pointer_join(at, at, "entries");
		compare_lists(d, &entry, json_object_get(was, "entries"), json_object_get(now, "entries"), at, "value");
	}
}

static void compare_mail(struct diff *d, json_t *before, json_t *after)
{
	for (int round = 0; round < 2; round++) {
		json_t *of = round ? after : before, *other = round ? before : after;
		for (void *it = json_object_iter(of); it; it = json_object_iter_next(of, it)) {
			const char *domain = json_object_iter_key(it), *mine = json_string_value(json_object_iter_value(it)),
				   *theirs = json_string_value(json_object_get(other, domain));
			if (!mine || (theirs && (round || !strcmp(mine, theirs))))
				continue;
			const char *was = round ? theirs : mine, *now = round ? mine : theirs;
			struct buf s = BUF_INIT;
			char at[ERR_POINTER_MAX];
			json_pointer_join(at, "/email_domains", domain);
			buf_printf(&s, zh(d) ? "邮箱域名 %.80s：%s → %s" : "E-mail domain %.80s: %s → %s", domain, was ? was : "-", now ? now : "-");
			add(d, !was ? "added" : !now ? "removed" : "changed", at, &s);
		}
	}
}

bool model_differences(const json_t *before, const json_t *after, enum model_language language, struct arena *arena,
    struct model_difference **ret, size_t *ret_n)
{
	static const char *const heads[] = {"name", "description", "language", "time_zone", "applies_when", NULL},
				 *const bounds[] = {"min", "max", NULL}, *const shares[] = {"A", "B", "C", NULL},
				 *const grades[] = {"grades", NULL};
	static const struct {
		const char *in, *list, *id;
		struct thing thing;
	} lists[] = {{"fit", "rules", "id", {"Rule", "规则", false}},
	    {"engagement", "groups", "id", {"Group", "分组", false}},
	    {"engagement", "rules", "id", {"Rule", "规则", false}},
	    {"icp", "criteria", "id", {"Criterion", "画像条件", false}},
	    {"icp", "exclusions", "id", {"Exclusion", "排除条件", false}},
	    {NULL, "stages", "stage", {"Stage", "阶段", true}}, {NULL, "tags", "tag", {"Tag", "标签", false}}};
	static const struct {
		const char *in, *en, *zh;
	} caps[] = {{"score", "Score: ", "总分"}, {"fit", "Fit: ", "显性分"}, {"engagement", "Engagement: ", "隐性分"}};
	struct diff d = {.language = language, .arena = arena};
	compare_members(&d, before, after, "", heads, "Model: ", "模型");
	for (size_t i = 0; i < 3; i++) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "", caps[i].in);
		compare_members(&d, json_object_get(before, caps[i].in), json_object_get(after, caps[i].in), at, bounds,
		    caps[i].en, caps[i].zh);
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		char at[ERR_POINTER_MAX] = "";
		const json_t *a = before, *b = after;
		if (lists[i].in) {
			json_pointer_join(at, "", lists[i].in);
			a = json_object_get(before, lists[i].in);
			b = json_object_get(after, lists[i].in);
		}
		json_pointer_join(at, at, lists[i].list);
		compare_lists(&d, &lists[i].thing, json_object_get(a, lists[i].list), json_object_get(b, lists[i].list),
		    at, lists[i].id);
	}
	compare_members(&d, json_object_get(json_object_get(before, "icp"), "tiers"),
	    json_object_get(json_object_get(after, "icp"), "tiers"), "/icp/tiers", shares, "", "");
	compare_members(&d, before, after, "", grades, "Engagement: ", "");
	compare_taxonomies(&d, json_object_get(before, "taxonomies"), json_object_get(after, "taxonomies"));
	compare_mail(&d, json_object_get(before, "email_domains"), json_object_get(after, "email_domains"));
	if (d.failed)
		return false;
	*ret = d.out;
	*ret_n = d.n;
	return true;
}
