/* Unicode text: validity, NFKC, trimming, case, and the two identities that are text: e-mail and phone.
 *
 * Output of the normalisers is canonical: equal identities give equal bytes. Uses libunistring and libidn2, never the
 * locale. Any thread. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

bool utf8_valid(const char *s, size_t n);       /* strict UTF-8, no surrogates, no NUL */
size_t utf8_length(const char *s, size_t n);    /* code points */
size_t utf8_cut(const char *s, size_t n, size_t max_bytes); /* longest prefix on a character boundary */

/* NFKC, control characters and bidi overrides dropped, runs of white space made one space, ends trimmed. Arena-owned;
 * NULL when out of memory. */
char *text_clean(struct arena *a, const char *s, size_t n);
/* What cleaning does; and what it did. */
enum {
	TEXT_INVISIBLE = 1, /* drops what is never seen */
	TEXT_FORMS = 2,     /* full-width, half-width and other spellings of one character become that one; without it only accents are joined to their letters (NFC) */
	TEXT_SPACES = 4,    /* runs of white space become one space; without it only the ends are trimmed */
};
/* Cleaning without some steps (TEXT_INVISIBLE is not one to leave out); *ret_changed: which of them changed something. */
char *text_clean_without(struct arena *a, const char *s, size_t n, unsigned without, unsigned *ret_changed);
/* text_clean then full case folding: for comparing and searching. */
char *text_fold(struct arena *a, const char *s, size_t n);

/* E-mail: full-width forms folded, local part lower-cased, domain to lower-case IDNA A-label; at most 254 bytes. Local
 * part per RFC 5321 dot-atom plus UTF-8 letters (RFC 6531); quoted local parts and address literals are refused.
 * Errors: ST_INVALID "email_invalid" with a sentence saying which part is wrong. */
enum status email_normalise(struct arena *a, const char *s, size_t n, char **ret_email, struct err *e);
/* Phone to E.164 ("+8613800138000"). Full-width digits, spaces, hyphens, dots, brackets and a leading 00 or + are understood; a number without
 * a country prefix belongs to `country` (ISO 3166 alpha-2, e.g. "CN"); national trunk 0 is dropped where the country uses one.
 * Extensions ("ext 12", "转12", "x12") are refused. Chinese mobiles: 11 digits from 13 to 19; landlines: area code with 0. 8 to 15 digits in all.
 * Errors: ST_INVALID "phone_invalid". */
enum status phone_normalise(struct arena *a, const char *s, size_t n, const char *country, char **ret_phone, struct err *e);

/* Words to search by: folded; Latin runs as whole words, CJK runs as every suffix (so that a prefix look-up is a substring
 * look-up), e-mail and phone whole and split. No duplicates, each at most 64 bytes, at most `max`. Returns how many. */
size_t text_terms(struct arena *a, const char *s, size_t n, char **ret_terms, size_t max);

#endif
