/* The level a job title speaks of: words of a table, found in the folded title; docs/scoring.md 10. */
#include "lead_priv.h"

#include <string.h>

#include "base/text.h"

enum level { MARKER, C_LEVEL, VP, DIRECTOR, MANAGER, PLAIN };

static const struct {
	const char *text;
	enum level level;
} words[] = {
#define WORD(text_, level_) {text_, level_},
#include "title_words.h"
#undef WORD
};

#define FOUND_MAX 64

struct found {
	size_t at, len;
	enum level level;
};

static bool ascii_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Runs of ASCII that is neither letter nor digit become one space, in place. */
static size_t space_out(char *s)
{
	size_t n = 0;
	for (const char *p = s; *p; p++) {
		bool keep = ascii_word(*p) || (unsigned char)*p >= 128;
		if (keep)
			s[n++] = *p;
		else if (n && s[n - 1] != ' ')
			s[n++] = ' ';
	}
	while (n && s[n - 1] == ' ')
		n--;
	s[n] = '\0';
	return n;
}

static bool whole_word(const char *title, const char *at, size_t len)
{
	if ((unsigned char)*at >= 128)
		return true;
	return (at == title || !ascii_word(at[-1])) && !ascii_word(at[len]);
}

static size_t find_words(const char *title, struct found *found)
{
	size_t n = 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i].text);
		for (const char *at = title; (at = strstr(at, words[i].text)); at++)
			if (whole_word(title, at, len) && n < FOUND_MAX)
				found[n++] = (struct found){(size_t)(at - title), len, words[i].level};
	}
	return n;
}

static bool hidden(const struct found *word, const struct found *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].len > word->len && all[i].at < word->at + word->len && word->at < all[i].at + all[i].len)
			return true;
	return false;
}

bool title_level(const char *title, size_t n, const char **ret)
{
	static const char *const names[] = {"staff", "c_level", "vp", "director", "manager", "staff"};
	struct found found[FOUND_MAX];
	struct arena *scratch = arena_new(1u << 20);
	char *folded = scratch ? text_fold(scratch, title, n) : NULL;
	if (!folded) {
		arena_free(&scratch);
		return false;
	}
	if (space_out(folded) == 0) {
		*ret = NULL;
		arena_free(&scratch);
		return true;
	}
	size_t count = find_words(folded, found);
	enum level best = PLAIN;
	for (size_t i = 0; i < count; i++)
		if (found[i].level < best && !hidden(&found[i], found, count))
			best = found[i].level;
	*ret = names[best];
	arena_free(&scratch);
	return true;
}
