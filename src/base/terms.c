/* Search terms: what a lead is found by.
 *
 * A look-up compares a folded query with the beginnings of terms. Scripts that put spaces between words give whole
 * words; Chinese, Japanese and Korean give a term for each character that something could be looked up from, which
 * makes any part of a name the beginning of one. */
#include "base/ident.h"
#include "base/text.h"
#include "phone_priv.h"
#include "text_priv.h"
#include "utf8_priv.h"

#include <unictype.h>

#define TERM_MAX 64
#define PHONE_DIGITS_MIN 7
#define PHONE_DIGITS_MAX 15

struct terms {
	struct arena *arena;
	char **list;
	size_t n;
	size_t max;
	uint32_t *seen; /* open addressing over list: index + 1, or 0 */
	size_t mask;
	bool full; /* at the most, or out of memory */
};

static void add(struct terms *t, const char *s, size_t n)
{
	n = utf8_cut(s, n, TERM_MAX);
	if (t->full || n == 0)
		return;
	size_t slot = (size_t)hash64(s, n) & t->mask;
	for (; t->seen[slot]; slot = (slot + 1) & t->mask) {
		const char *other = t->list[t->seen[slot] - 1];
		if (strncmp(other, s, n) == 0 && other[n] == '\0')
			return;
	}
	if (t->n == t->max || !(t->list[t->n] = arena_strndup(t->arena, s, n))) {
		t->full = true;
		return;
	}
	t->seen[slot] = (uint32_t)++t->n;
}

/* Scripts written without spaces, Hangul among them so that a given name is found without the family name. */
static bool cjk(uint32_t cp)
{
	if (cp < 0x1100)
		return false;
	return cp <= 0x11FF                                                      /* Hangul Jamo */
	       || (cp >= 0x2E80 && cp <= 0x2FDF)                                 /* radicals */
	       || cp == 0x3005 || cp == 0x3007                                   /* iteration mark, zero */
	       || (cp >= 0x3041 && cp <= 0x30FF && cp != 0x30FB && cp != 0x30A0) /* Hiragana, Katakana */
	       || (cp >= 0x3105 && cp <= 0x318E) /* Bopomofo, Hangul compatibility Jamo */
	       || (cp >= 0x31A0 && cp <= 0x31BF) || (cp >= 0x31F0 && cp <= 0x31FF) || (cp >= 0x3400 && cp <= 0x4DBF) ||
	       (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0xA960 && cp <= 0xA97F) || (cp >= 0xAC00 && cp <= 0xD7FF) ||
	       (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x1AFF0 && cp <= 0x1B16F) || (cp >= 0x20000 && cp <= 0x3FFFF);
}

enum class { BETWEEN, WORD, CJK };

/* What the character at s is; *ret_len is its length. */
static enum class classify(const char *s, size_t n, size_t *ret_len) {
	    *ret_len = 1; if ((unsigned char)*s < 0x80) return ascii_letter(*s) || ascii_digit(*s) ? WORD : BETWEEN;
	    uint32_t cp = 0;
	    *ret_len = utf8_decode((const unsigned char *)s, n, &cp);
	    if (cjk(cp)) return CJK;
	    bool word = uc_is_general_category_withtable(
		cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
	    /* The joiners are inside words of Arabic and Indic scripts. */
	    return word || cp == 0x200C || cp == 0x200D ? WORD : BETWEEN;
}

static void add_words(struct terms *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n && !t->full;) {
		size_t len;
		enum class class = classify(s + i, n - i, &len);
		size_t start = i;
		for (i += len; i < n && class != BETWEEN; i += len)
			if (classify(s + i, n - i, &len) != class)
				break;
		if (class == WORD)
			add(t, s + start, i - start);
		for (size_t at = start; class == CJK && at < i && !t->full; at += len) {
			add(t, s + at, i - at);
			classify(s + at, i - at, &len);
		}
	}
}

/* A piece between spaces that looks like an e-mail address: whole, its local part, its domain. */
static void add_email(struct terms *t, const char *s, size_t n)
{
	static const char around[] = "<>()[]{},;:\"'!?.";
	while (n && strchr(around, s[0])) {
		s++;
		n--;
	}
	while (n && strchr(around, s[n - 1]))
		n--;
	const char *at = memchr(s, '@', n);
	if (!at || at == s || at == s + n - 1)
		return;
	add(t, s, n);
	add(t, s, (size_t)(at - s));
	add(t, at + 1, n - (size_t)(at + 1 - s));
}

static bool phone_sign(char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')';
}

/* A run of digits and phone punctuation: its digits together, and when it begins with + also so, and without the
 * calling code. Returns how far it went. */
static size_t add_phone(struct terms *t, const char *s, size_t n)
{
	char digits[PHONE_DIGITS_MAX + 2] = "+";
	size_t count = 0;
	bool plus = s[0] == '+';
	size_t i = plus;
	for (; i < n && (ascii_digit(s[i]) || phone_sign(s[i])); i++)
		if (ascii_digit(s[i]) && ++count <= PHONE_DIGITS_MAX)
			digits[count] = s[i];
	if (count < PHONE_DIGITS_MIN || count > PHONE_DIGITS_MAX)
		return i;
	if (plus)
		add(t, digits, count + 1);
	add(t, digits + 1, count);
	const struct phone_country *c = plus ? phone_country_by_digits(digits + 1, count) : NULL;
	if (c)
		add(t, digits + 1 + strlen(c->code), count - strlen(c->code));
	return i;
}

static void add_phones(struct terms *t, const char *s, size_t n)
{
	bool inside = false; /* in a word: "a1234567" is no number */
	for (size_t i = 0; i < n && !t->full;) {
		if (!inside && (s[i] == '+' || ascii_digit(s[i]))) {
			i += add_phone(t, s + i, n - i);
			continue;
		}
		size_t len;
		inside = classify(s + i, n - i, &len) == WORD;
		i += len;
	}
}

size_t text_terms(struct arena *a, const char *s, size_t n, char **ret_terms, size_t max)
{
	if (max == 0 || max > UINT32_MAX / 4)
		return 0;
	size_t len = 0;
	char *text = fold_text(a, s, n, &len);
	size_t slots = 16;
	while (slots < 2 * max)
		slots *= 2;
	struct terms t = {.arena = a, .list = ret_terms, .max = max, .mask = slots - 1};
	t.seen = arena_array(a, slots, sizeof(*t.seen));
	if (!text || !t.seen)
		return 0;
	for (size_t i = 0; i < len;) {
		size_t piece = strcspn(text + i, " ");
		if (memchr(text + i, '@', piece))
			add_email(&t, text + i, piece);
		i += piece + (i + piece < len);
	}
	add_phones(&t, text, len);
	add_words(&t, text, len);
	return t.n;
}
