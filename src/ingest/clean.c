/* The steps of cleaning, and the notes of what they changed. */
#include "clean_priv.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"

_Static_assert(CLEAN_INVISIBLE == (int)TEXT_INVISIBLE && CLEAN_FORMS == (int)TEXT_FORMS && CLEAN_SPACES == (int)TEXT_SPACES, "one set of bits");

static const struct {
	const char *name;
	unsigned step;
} steps[] = {{"forms", CLEAN_FORMS}, {"spaces", CLEAN_SPACES}, {"names", CLEAN_NAME}, {"wrapping", CLEAN_WRAPPING}};

enum status clean_settings(const json_t *doc, unsigned *ret, struct err *e)
{
	static const char *const known[] = {"forms", "spaces", "names", "wrapping", NULL};
	struct place root = {NULL, "", 0};
	unsigned without = 0;
	if (doc && !json_is_null(doc) && !json_is_object(doc))
		return type_fault(&root, e, "an object");
	const char *stranger = json_is_object(doc) ? json_unknown_key(doc, known) : NULL;
	if (stranger)
		return name_fault(&(struct place){&root, stranger, 0}, e, stranger, known, "");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const json_t *v = json_object_get(doc, steps[i].name);
		if (v && !json_is_boolean(v))
			return type_fault(&(struct place){&root, steps[i].name, 0}, e, "true or false");
		without |= json_is_false(v) ? steps[i].step : 0;
	}
	*ret = without;
	return ST_OK;
}

bool clean_at_a_glance(const char *s, size_t n)
{
	if (n == 0 || s[0] == ' ' || s[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c < 0x20 || c > 0x7E || (c == ' ' && s[i - 1] == ' '))
			return false;
	}
	return true;
}

const char *clean_words(const struct cleaner *k, const char *s, size_t n, unsigned *why)
{
	unsigned changed = 0;
	const char *text = text_clean_without(k->arena, s, n, k->without, &changed);
	*why |= changed;
	return text;
}

#define NAME_CHARACTERS_MAX 6

/* How many bytes of a Chinese character (the unified ideographs of planes 0 and 2, the iteration mark, the middle dot of longer names is none); 0: it is none. */
static size_t ideograph(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	/* U+3400 to U+9FFF but for U+4DC0 to U+4DFF */
	if (u[0] == 0xE3 && u[1] >= 0x90)
		return 3;
	if (u[0] >= 0xE4 && u[0] <= 0xE9)
		return u[0] == 0xE4 && u[1] == 0xB7 ? 0 : 3;
	return u[0] == 0xF0 && u[1] >= 0xA0 && u[1] <= 0xB3 ? 4 : 0;
}

const char *clean_name(const struct cleaner *k, const char *s, unsigned *why)
{
	if (k->without & CLEAN_NAME || !strchr(s, ' '))
		return s;
	char name[NAME_CHARACTERS_MAX * 4 + 1];
	size_t to = 0, characters = 0;
	for (const char *p = s; *p;) {
		size_t len = *p == ' ' ? 0 : ideograph(p);
		if ((*p != ' ' && len == 0) || (len > 0 && ++characters > NAME_CHARACTERS_MAX))
			return s;
		memcpy(name + to, p, len);
		to += len;
		p += len ? len : 1;
	}
	if (characters < 2)
		return s;
	*why |= CLEAN_NAME;
	return arena_strndup(k->arena, name, to);
}

/* Words before an address or number, as people and programs write them. */
static const char *const address_words[] = {"mailto:", "email:", "e-mail:", "mail:", "邮箱:", "邮箱：", "邮件:", "邮件：", NULL};
static const char *const number_words[] = {"tel:", "tel.:", "tel.", "phone:", "mobile:", "mob:", "cell:", "电话:", "电话：", "手机:", "手机：", "手机号:", "手机号：", "联系电话:", "联系电话：", NULL};

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void strip(const char **s, size_t *n)
{
	while (*n && blank(**s)) {
		++*s;
		--*n;
	}
	while (*n && blank((*s)[*n - 1]))
		--*n;
}

static bool ends(const char *s, size_t n, const char *with)
{
	size_t w = strlen(with);
	return n > w && memcmp(s + n - w, with, w) == 0;
}

const char *clean_unwrap(const struct cleaner *k, const char *s, size_t *n, bool phone, unsigned *why)
{
	if (k->without & CLEAN_WRAPPING || !*n)
		return s;
	static const char *const tails[] = {";", ",", "；", "，", "。", "、", NULL};
	const char *core = s;
	size_t len = *n;
	bool found = false;
	strip(&core, &len);
	/* The address in the last brackets; what stands before them is its owner's name. */
	const char *open = phone || !len || core[len - 1] != '>' ? NULL : memrchr(core, '<', len);
	if (open) {
		len -= (size_t)(open + 1 - core) + 1;
		core = open + 1;
		found = true;
	}
	for (const char *const *w = phone ? number_words : address_words; *w; w++)
		if (len > strlen(*w) && strncasecmp(core, *w, strlen(*w)) == 0) {
			core += strlen(*w);
			len -= strlen(*w);
			found = true;
			break;
		}
	for (const char *const *t = tails; *t; t++)
		if (ends(core, len, *t)) {
			len -= strlen(*t);
			found = true;
			break;
		}
	if (!found)
		return s;
	strip(&core, &len);
	*why |= CLEAN_WRAPPING;
	*n = len;
	return core;
}

bool clean_note(const struct cleaner *k, const struct place *at, const char *from, const char *to, unsigned why)
{
	char field[ERR_POINTER_MAX];
	if (!k->notes)
		return true;
	place_spell(at, field);
	struct clean_note *note = arena_alloc(k->arena, sizeof(*note));
	const char *kept[] = {arena_strdup(k->arena, field), arena_strdup(k->arena, from), arena_strdup(k->arena, to)};
	if (!note || !kept[0] || !kept[1] || !kept[2])
		return false;
	*note = (struct clean_note){*k->notes, kept[0], kept[1], kept[2], why};
	*k->notes = note;
	return true;
}

static void put_note(struct buf *b, const struct clean_note *note)
{
	static const struct {
		const char *name;
		unsigned why;
	} reasons[] = {{"invisible", CLEAN_INVISIBLE}, {"forms", CLEAN_FORMS}, {"spaces", CLEAN_SPACES}, {"names", CLEAN_NAME}, {"wrapping", CLEAN_WRAPPING}, {"case", CLEAN_CASE},
	    {"format", CLEAN_FORMAT}};
	const char *between = "";
	buf_puts(b, "{\"field\":");
	buf_json_str(b, note->field);
	buf_puts(b, ",\"from\":");
	buf_json_str(b, note->from);
	buf_puts(b, ",\"to\":");
	buf_json_str(b, note->to);
	buf_puts(b, ",\"why\":[");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (note->why & reasons[i].why) {
			buf_printf(b, "%s\"%s\"", between, reasons[i].name);
			between = ",";
		}
	buf_puts(b, "]}");
}

bool clean_text_of(struct arena *arena, const struct clean_note *notes, const char **ret)
{
	static const char more[] = "{\"field\":\"\",\"from\":\"\",\"to\":\"\",\"why\":[\"more\"]}]";
	const struct clean_note *oldest = NULL;
	struct buf b = BUF_INIT;
	*ret = NULL;
	if (!notes)
		return true;
	size_t n = 0;
	for (const struct clean_note *note = notes; note; note = note->next)
		n++;
	const struct clean_note **order = arena_array(arena, n, sizeof(*order));
	for (size_t i = n; order && notes; notes = notes->next)
		order[--i] = notes;
	buf_putc(&b, '[');
	for (size_t i = 0; order && i < n; i++) {
		size_t before = b.len;
		oldest = order[i];
		if (i)
			buf_putc(&b, ',');
		put_note(&b, oldest);
		if (b.len + sizeof(more) + 1 > CLEAN_BYTES_MAX) {
			b.len = before;
			buf_puts(&b, i ? "," : "");
			buf_puts(&b, more);
			break;
		}
		if (i + 1 == n)
			buf_putc(&b, ']');
	}
	*ret = order && buf_ok(&b) ? arena_strndup(arena, b.data, b.len) : NULL;
	buf_free(&b);
	return *ret != NULL;
}
