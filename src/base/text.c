/* Cleaning and folding.
 *
 * Characters are dropped before the text is normalised, not after: a zero-width space between a letter and its accent
 * would otherwise leave the two apart, and cleaning twice would differ from cleaning once. White space is squeezed
 * after, because NFKC makes spaces of other characters. */
#include "base/text.h"
#include "text_priv.h"
#include "utf8_priv.h"

#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>

#define STACK_BYTES 1024

static bool white_ascii(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* White_Space of Unicode beyond ASCII. */
static bool white(uint32_t cp)
{
	return cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 ||
	       cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

/* What is never seen and only confuses: C1 controls, soft hyphen, bidi marks, embeddings, overrides and isolates,
 * zero-width space, word joiner and invisible operators, byte order mark, annotation anchors. ZWJ and ZWNJ stay:
 * scripts and emoji need them. */
static bool dropped(uint32_t cp)
{
	return (cp >= 0x80 && cp <= 0x9F) || cp == 0xAD || cp == 0x61C || cp == 0x180E || cp == 0x200B ||
	       cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) ||
	       cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFB);
}

/* Drops controls, squeezes white space and trims, in place; for ASCII this is all of cleaning. Returns the new length and
 * adds to *did what it did. */
static size_t squeeze(char *s, size_t n, unsigned *did)
{
	size_t to = 0;
	bool gap = false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (white_ascii(c)) {
			*did |= c != ' ' || gap || to == 0 ? TEXT_SPACES : 0;
			gap = to > 0;
			continue;
		}
		if (c < 0x20 || c == 0x7F) {
			*did |= TEXT_INVISIBLE;
			continue;
		}
		if (gap)
			s[to++] = ' ';
		gap = false;
		s[to++] = (char)c;
	}
	*did |= gap ? TEXT_SPACES : 0;
	s[to] = '\0';
	return to;
}

/* Copies s into out without the dropped characters, other white space as a space, bytes that are not UTF-8 as U+FFFD.
 * out has room for 3n + 1 bytes. */
static size_t filter(const char *s, size_t n, char *out)
{
	size_t to = 0;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = utf8_decode((const unsigned char *)s + i, n - i, &cp);
		if (!len) {
			memcpy(out + to, "\xEF\xBF\xBD", 3);
			to += 3;
			i++;
			continue;
		}
		if (white(cp)) {
			out[to++] = ' ';
		} else if (!dropped(cp) && (cp >= 0x20 || white_ascii((unsigned char)cp)) && cp != 0x7F) {
			memcpy(out + to, s + i, len);
			to += len;
		}
		i += len;
	}
	out[to] = '\0';
	return to;
}

/* Drops controls but for white space, and trims, in place. */
static size_t trim(char *s, size_t n, unsigned *did)
{
	size_t to = 0, end = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		bool space = white_ascii(c);
		if (!space && (c < 0x20 || c == 0x7F)) {
			*did |= TEXT_INVISIBLE;
			continue;
		}
		if (space && to == 0) {
			*did |= TEXT_SPACES;
			continue;
		}
		s[to++] = (char)c;
		if (!space)
			end = to;
	}
	*did |= end < to ? TEXT_SPACES : 0;
	s[end] = '\0';
	return end;
}

/* Copies what libunistring made, which is its own memory unless it fitted into the stack. */
static char *take(struct arena *a, uint8_t *made, size_t len, const uint8_t *stack)
{
	if (!made)
		return NULL;
	char *copy = arena_strndup(a, (const char *)made, len);
	if (made != stack)
		free(made);
	return copy;
}

static bool has_white(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = utf8_decode((const unsigned char *)s + i, n - i, &cp);
		if (len > 1 && white(cp))
			return true;
		i += len ? len : 1;
	}
	return false;
}

static bool has_dropped(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = utf8_decode((const unsigned char *)s + i, n - i, &cp);
		if (!len || dropped(cp) || (cp < 0x20 && !white_ascii((unsigned char)cp)) || cp == 0x7F)
			return true;
		i += len;
	}
	return false;
}

/* What is not ASCII: filtered and normalised. */
static char *normal_forms(struct arena *a, const char *s, size_t *n, unsigned without, unsigned *changed)
{
	if (*n > (SIZE_MAX - 1) / 3)
		return NULL;
	char *kept = arena_alloc(a, (utf8_valid(s, *n) ? *n : 3 * *n) + 1);
	if (!kept)
		return NULL;
	size_t len = filter(s, *n, kept), made_len = STACK_BYTES;
	uint8_t stack[STACK_BYTES];
	uint8_t *made = u8_normalize(without & TEXT_FORMS ? UNINORM_NFC : UNINORM_NFKC, (const uint8_t *)kept, len, stack, &made_len);
	char *text = take(a, made, made_len, stack);
	if (changed && text) {
		*changed |= has_dropped(s, *n) ? TEXT_INVISIBLE : 0;
		*changed |= has_white(s, *n) ? TEXT_SPACES : 0;
		*changed |= (made_len != len || memcmp(text, kept, len) != 0) ? TEXT_FORMS : 0;
	}
	*n = made_len;
	return text;
}

static char *clean(struct arena *a, const char *s, size_t n, unsigned without, size_t *ret_len, unsigned *changed)
{
	char *text = ascii_prefix(s, n) == n ? arena_strndup(a, s, n) : normal_forms(a, s, &n, without, changed);
	unsigned ignored = 0;
	if (text)
		*ret_len = (without & TEXT_SPACES ? trim : squeeze)(text, n, changed ? changed : &ignored);
	return text;
}

char *clean_text(struct arena *a, const char *s, size_t n, size_t *ret_len)
{
	return clean(a, s, n, 0, ret_len, NULL);
}

char *text_clean_without(struct arena *a, const char *s, size_t n, unsigned without, unsigned *ret_changed)
{
	size_t len;
	*ret_changed = 0;
	return clean(a, s, n, without, &len, ret_changed);
}

char *fold_text(struct arena *a, const char *s, size_t n, size_t *ret_len)
{
	size_t len;
	char *text = clean_text(a, s, n, &len);
	if (!text)
		return NULL;
	if (ascii_prefix(text, len) == len) {
		for (size_t i = 0; i < len; i++)
			text[i] = ascii_lower(text[i]);
		*ret_len = len;
		return text;
	}
	uint8_t stack[STACK_BYTES];
	size_t folded_len = sizeof(stack);
	uint8_t *made = u8_casefold((const uint8_t *)text, len, NULL, UNINORM_NFKC, stack, &folded_len);
	text = take(a, made, folded_len, stack);
	if (text)
		*ret_len = squeeze(text, folded_len, &(unsigned){0});
	return text;
}

char *text_clean(struct arena *a, const char *s, size_t n)
{
	size_t len;
	return clean_text(a, s, n, &len);
}

char *text_fold(struct arena *a, const char *s, size_t n)
{
	size_t len;
	return fold_text(a, s, n, &len);
}
