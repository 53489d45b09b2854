/* What the text files of base share. */
#ifndef BASE_TEXT_PRIV_H
#define BASE_TEXT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* text_clean and text_fold that also tell the length. */
char *clean_text(struct arena *a, const char *s, size_t n, size_t *ret_len);
char *fold_text(struct arena *a, const char *s, size_t n, size_t *ret_len);

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_letter(char c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

#endif
