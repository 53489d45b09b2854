/* Canonical spellings of codes: languages, countries, currencies, host names. */
#include "profile_priv.h"

#include <string.h>

#include "base/text.h"

static bool letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* The shape of RFC 5646 tags (2 to 8 letters, then subtags of 1 to 8 letters and digits) in the case of its
 * section 2.1.1: regions upper, scripts with a capital, the rest lower. An underscore is read as a hyphen. */
bool language_canonical(const char *s, char out[64])
{
	size_t n = strlen(s);
	if (n < 2 || n >= 64)
		return false;
	bool after_single = false;
	for (size_t start = 0; start <= n;) {
		size_t len = strcspn(s + start, "-_");
		if (len < (start ? 1u : 2u) || len > 8)
			return false;
		for (size_t i = 0; i < len; i++) {
			char c = s[start + i];
			if (!letter(c) && !(digit(c) && start))
				return false;
			bool capital = start && !after_single && (len == 2 || (len == 4 && i == 0));
			out[start + i] = capital ? upper(c) : lower(c);
		}
		after_single = after_single || len == 1;
		out[start + len] = '-';
		start += len + 1;
	}
	out[n] = '\0';
	return true;
}

/* ISO 3166-1 alpha-2, and XK as everybody uses it for Kosovo. */
static const char countries[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
				"BO BQ BR BS BT BV BW BY BZ CA CC "
				"CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER "
				"ES ET FI FJ FK FM FO FR GA GB GD "
				"GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO "
				"IQ IR IS IT JE JM JO JP KE KG KH "
				"KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
				"MM MN MO MP MQ MR MS MT MU MV MW "
				"MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT "
				"PW PY QA RE RO RS RU RW SA SB SC "
				"SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN "
				"TO TR TT TV TW TZ UA UG UM US UY "
				"UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

bool country_canonical(const char *s, char out[3])
{
	if (strlen(s) != 2 || !letter(s[0]) || !letter(s[1]))
		return false;
	char code[3] = {upper(s[0]), upper(s[1]), '\0'};
	for (const char *c = countries; *c; c += 3)
		if (c[0] == code[0] && c[1] == code[1]) {
			memcpy(out, code, sizeof(code));
			return true;
		}
	return false;
}

/* The shape of ISO 4217 only: its list changes with governments. */
bool currency_canonical(const char *s, char out[4])
{
	if (strlen(s) != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (!letter(s[i]))
			return false;
		out[i] = upper(s[i]);
	}
	out[3] = '\0';
	return true;
}

bool domain_canonical(struct arena *arena, const char *s, size_t n, const char **ret_domain, bool *ret_nomem)
{
	/* A domain is good when an address in it is; so both are normalised by the same code. */
	*ret_nomem = false;
	if (memchr(s, '@', n))
		return false;
	char *address = arena_alloc(arena, n + 3);
	if (!address) {
		*ret_nomem = true;
		return false;
	}
	memcpy(address, "x@", 2);
	memcpy(address + 2, s, n);
	address[n + 2] = '\0';
	char *email;
	enum status st = email_normalise(arena, address, n + 2, &email, NULL);
	if (st != ST_OK) {
		*ret_nomem = st == ST_NOMEM;
		return false;
	}
	*ret_domain = email + 2;
	return true;
}
