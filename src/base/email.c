/* E-mail addresses as identities.
 *
 * The local part is lower-cased although RFC 5321 lets a host tell cases apart: no host in use does, and people do not
 * type it the same way twice. Nothing else is guessed: dots and +tags stay, since they mean something at some hosts. */
#include "base/text.h"
#include "text_priv.h"
#include "utf8_priv.h"

#include <idn2.h>
#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#define EMAIL_MAX 254 /* RFC 5321, section 4.5.3.1.3, less the angle brackets */
#define LOCAL_MAX 64
#define DOMAIN_MAX 253
#define LABEL_MAX 63

static enum status refuse(struct err *e, const char *why)
{
	return err_set(e, ST_INVALID, "email_invalid", "The e-mail address is not valid: %s.", why);
}

static enum status out_of_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool atext(char c)
{
	return ascii_letter(c) || ascii_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Letters, their marks, and digits of any script. */
static bool word_character(uint32_t cp)
{
	return uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

/* NULL, or what is wrong with a local part. */
static const char *local_fault(const char *s, size_t n)
{
	if (n == 0)
		return "the part before the @ is missing";
	if (n > LOCAL_MAX)
		return "the part before the @ is longer than 64 bytes";
	if (s[0] == '"')
		return "quoted names before the @ are not accepted";
	for (size_t i = 0; i < n;) {
		if (s[i] == '.') {
			if (i == 0 || i + 1 == n || s[i - 1] == '.')
				return "a dot before the @ stands at an end or beside another dot";
			i++;
			continue;
		}
		uint32_t cp;
		size_t len = utf8_decode((const unsigned char *)s + i, n - i, &cp);
		if (len == 1 ? !atext(s[i]) : !len || !word_character(cp))
			return "the part before the @ has a character that is not allowed";
		i += len;
	}
	return NULL;
}

/* NULL, or what is wrong with a domain in ASCII (RFC 1123 labels). */
static const char *domain_fault(const char *s, size_t n)
{
	if (n == 0)
		return "the domain is missing";
	if (s[0] == '[')
		return "addresses in brackets instead of a domain are not accepted";
	if (n > DOMAIN_MAX)
		return "the domain is longer than 253 bytes";
	size_t start = 0;
	size_t labels = 0;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && s[i] != '.') {
			if (!ascii_letter(s[i]) && !ascii_digit(s[i]) && s[i] != '-')
				return "the domain has a character that is not allowed";
			continue;
		}
		if (i == start)
			return "the domain has a dot at an end or two together";
		if (i - start > LABEL_MAX)
			return "a part of the domain is longer than 63 bytes";
		if (s[start] == '-' || s[i - 1] == '-')
			return "a part of the domain begins or ends with a hyphen";
		labels++;
		if (i < n)
			start = i + 1;
	}
	if (labels < 2)
		return "the domain has no dot";
	size_t digits = start;
	while (digits < n && ascii_digit(s[digits]))
		digits++;
	if (digits == n)
		return "the domain ends in a number";
	return NULL;
}

/* Whether a label says that it is an encoded international one, and must be checked as such. */
static bool has_encoded_label(const char *s, size_t n)
{
	for (size_t i = 0; i + 4 <= n; i++)
		if ((i == 0 || s[i - 1] == '.') && ascii_lower(s[i]) == 'x' && ascii_lower(s[i + 1]) == 'n' &&
		    s[i + 2] == '-' && s[i + 3] == '-')
			return true;
	return false;
}

/* The domain in lower-case ASCII. *ret_domain is the arena's. */
static enum status domain_ascii(struct arena *a, const char *s, size_t n, char **ret_domain, struct err *e)
{
	char *domain;
	if (ascii_prefix(s, n) == n && !has_encoded_label(s, n)) {
		domain = arena_strndup(a, s, n);
	} else {
		char *text = arena_strndup(a, s, n);
		if (!text)
			return out_of_memory(e);
		char *encoded = NULL;
		int rc = idn2_to_ascii_8z(text, &encoded, IDN2_NONTRANSITIONAL);
		if (rc == IDN2_MALLOC)
			return out_of_memory(e);
		if (rc != IDN2_OK)
			return refuse(e, "the domain is not an international domain name");
		domain = arena_strdup(a, encoded);
		idn2_free(encoded);
	}
	if (!domain)
		return out_of_memory(e);
	for (char *c = domain; *c; c++)
		*c = ascii_lower(*c);
	*ret_domain = domain;
	return ST_OK;
}

/* The local part in lower case. *ret_local is the arena's. */
static enum status local_lower(struct arena *a, const char *s, size_t n, char **ret_local, struct err *e)
{
	char *local;
	if (ascii_prefix(s, n) == n) {
		local = arena_strndup(a, s, n);
		for (char *c = local; c && *c; c++)
			*c = ascii_lower(*c);
	} else {
		size_t len = 0;
		uint8_t *lower = u8_tolower((const uint8_t *)s, n, NULL, UNINORM_NFKC, NULL, &len);
		if (!lower)
			return out_of_memory(e);
		local = arena_strndup(a, (const char *)lower, len);
		free(lower);
	}
	if (!local)
		return out_of_memory(e);
	*ret_local = local;
	return ST_OK;
}

enum status email_normalise(struct arena *a, const char *s, size_t n, char **ret_email, struct err *e)
{
	/* Long before anything is allocated for it: no address in any spelling is this long. */
	if (n > 4 * EMAIL_MAX)
		return refuse(e, "it is longer than 254 bytes");
	if (n && memchr(s, '\0', n))
		return refuse(e, "it has a control character");
	if (!utf8_valid(s, n))
		return refuse(e, "it is not UTF-8");
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < 0x20 && !strchr("\t\n\v\f\r", s[i])) || s[i] == 0x7F)
			return refuse(e, "it has a control character");
	size_t len = 0;
	char *text = clean_text(a, s, n, &len);
	if (!text)
		return out_of_memory(e);
	char *at = memrchr(text, '@', len);
	if (!at)
		return refuse(e, len ? "it has no @" : "it is empty");
	char *local = NULL;
	char *domain = NULL;
	enum status st = local_lower(a, text, (size_t)(at - text), &local, e);
	if (st != ST_OK)
		return st;
	const char *why = local_fault(local, strlen(local));
	if (why)
		return refuse(e, why);
	st = domain_ascii(a, at + 1, len - (size_t)(at + 1 - text), &domain, e);
	if (st != ST_OK)
		return st;
	why = domain_fault(domain, strlen(domain));
	if (why)
		return refuse(e, why);
	if (strlen(local) + 1 + strlen(domain) > EMAIL_MAX)
		return refuse(e, "it is longer than 254 bytes");
	char *email = arena_printf(a, "%s@%s", local, domain);
	if (!email)
		return out_of_memory(e);
	*ret_email = email;
	return ST_OK;
}
