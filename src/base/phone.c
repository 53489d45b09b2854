/* Phone numbers as identities, in E.164.
 *
 * Numbering plans are known by calling code and trunk prefix; only those of China and North America, where most
 * mistakes can be told for sure, are checked digit by digit. */
#include "base/text.h"
#include "phone_priv.h"
#include "text_priv.h"
#include "utf8_priv.h"

#include <unictype.h>

#define INPUT_MAX 200
#define DIGITS_MIN 8
#define DIGITS_MAX 15

/* What was typed: its digits, and whether a + stood before them. */
struct dialled {
	char digits[32];
	size_t n;
	bool plus;
};

static enum status refuse(struct err *e, const char *why)
{
	return err_set(e, ST_INVALID, "phone_invalid", "The phone number is not valid: %s.", why);
}

static bool separator(uint32_t cp)
{
	/* Space, hyphen, dot; the hyphens and dashes of Unicode, and the minus sign. */
	return cp == ' ' || cp == '-' || cp == '.' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212;
}

/* NULL, or what is wrong with the text, which is clean. */
static const char *read_digits(const char *s, size_t n, struct dialled *d)
{
	char open = '\0';
	for (size_t i = 0; i < n;) {
		uint32_t cp = 0;
		i += utf8_decode((const unsigned char *)s + i, n - i, &cp);
		int digit = uc_decimal_value(cp);
		if (digit >= 0) {
			if (d->n == sizeof(d->digits))
				return "it has more than 15 digits";
			d->digits[d->n++] = (char)('0' + digit);
		} else if (cp == '+') {
			if (d->plus || d->n)
				return "a + may only stand first";
			d->plus = true;
		} else if (cp == '(' || cp == '[') {
			if (open)
				return "its brackets do not match";
			open = (char)cp;
		} else if (cp == ')' || cp == ']') {
			if (open != (cp == ')' ? '(' : '['))
				return "its brackets do not match";
			open = '\0';
		} else if (!separator(cp)) {
			return "letters, extensions and other signs are not accepted";
		}
	}
	if (open)
		return "its brackets do not match";
	return d->n ? NULL : "it has no digits";
}

/* How many digits at the start are a trunk prefix of the plan. Where the prefix is or begins with 0 no national number
 * begins so; elsewhere only the length tells. */
static size_t trunk_length(const struct phone_country *c, const char *digits, size_t n)
{
	for (const char *t = c->trunk; *t;) {
		size_t len = strcspn(t, " ");
		if (len < n && memcmp(t, digits, len) == 0 && (t[0] == '0' || n > c->digits))
			return len;
		t += len + (t[len] == ' ');
	}
	return 0;
}

static const char *china_fault(const char *s, size_t n, bool area_sure)
{
	if (n == 11 && s[0] == '1')
		return s[1] >= '3' ? NULL : "a Chinese mobile number begins with 13 to 19";
	if (n == 10 && (memcmp(s, "400", 3) == 0 || memcmp(s, "800", 3) == 0))
		return NULL;
	if (!area_sure)
		return "a Chinese number is 11 digits from 13 to 19, or has an area code that begins with 0";
	/* Two-digit areas are 10 and 20 to 29, with eight digits behind; the others have three, with seven or eight. */
	bool two = memcmp(s, "10", 2) == 0 || s[0] == '2';
	bool three = s[0] >= '3' && s[0] <= '9';
	if (two ? n == 10 && s[2] != '0' : three && (n == 10 || n == 11) && s[3] != '0')
		return NULL;
	return "a Chinese landline is an area code and 7 or 8 digits";
}

static const char *plan_fault(const struct phone_country *c, const char *s, size_t n, bool area_sure)
{
	if (n + strlen(c->code) < DIGITS_MIN)
		return "it is too short";
	if (n + strlen(c->code) > DIGITS_MAX)
		return "it has more than 15 digits";
	if (strcmp(c->code, "86") == 0)
		return china_fault(s, n, area_sure);
	if (strcmp(c->code, "1") == 0 && (n != 10 || s[0] < '2' || s[3] < '2'))
		return "a North American number is an area code and 7 digits, neither beginning with 0 or 1";
	if (strcmp(c->code, "7") == 0 && n != 10)
		return "a number in Russia or Kazakhstan has 10 digits";
	if (c->trunk[0] == '0' && s[0] == '0')
		return "it begins with too many zeros";
	return NULL;
}

/* Takes the trunk prefix off a national number and checks the rest. */
static const char *national(const struct phone_country *c, struct dialled *d, bool international)
{
	size_t trunk = trunk_length(c, d->digits, d->n);
	memmove(d->digits, d->digits + trunk, d->n - trunk);
	d->n -= trunk;
	return plan_fault(c, d->digits, d->n, international || trunk > 0);
}

/* Splits the calling code off an international number. */
static const char *international(struct dialled *d, const struct phone_country **ret)
{
	const struct phone_country *c = phone_country_by_digits(d->digits, d->n);
	if (!c)
		return "no country has this calling code";
	size_t len = strlen(c->code);
	memmove(d->digits, d->digits + len, d->n - len);
	d->n -= len;
	*ret = c;
	return national(c, d, true);
}

/* Whether digits without + are the home country's code and a number: only where the length, or the plan, leaves no
 * doubt. */
static bool has_home_code(const struct phone_country *c, const struct dialled *d)
{
	size_t len = strlen(c->code);
	if (d->n <= len || memcmp(d->digits, c->code, len) != 0)
		return false;
	if (strcmp(c->code, "86") == 0) {
		struct dialled rest = {.n = d->n - len};
		memcpy(rest.digits, d->digits + len, rest.n);
		return national(c, &rest, true) == NULL;
	}
	return c->digits && d->n == len + c->digits;
}

static void skip(struct dialled *d, size_t n)
{
	memmove(d->digits, d->digits + n, d->n - n);
	d->n -= n;
}

enum status phone_normalise(
    struct arena *a, const char *s, size_t n, const char *country, char **ret_phone, struct err *e)
{
	if (n > INPUT_MAX)
		return refuse(e, "it has more than 15 digits");
	if (!utf8_valid(s, n))
		return refuse(e, "it is not UTF-8 text");
	size_t len = 0;
	char *text = clean_text(a, s, n, &len);
	if (!text)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	struct dialled d = {0};
	const char *why = read_digits(text, len, &d);
	if (why)
		return refuse(e, why);
	const struct phone_country *home = phone_country_by_iso(country);
	const struct phone_country *c = home;
	bool zeros = d.n > 2 && memcmp(d.digits, "00", 2) == 0;
	/* North America dials 011 where the world dials 00; no number there begins with 0. */
	bool north = !d.plus && home && strcmp(home->code, "1") == 0 && d.n > 3 && memcmp(d.digits, "011", 3) == 0;
	if (zeros || north)
		skip(&d, zeros ? 2 : 3);
	if (d.plus || zeros || north || (home && has_home_code(home, &d)))
		why = international(&d, &c);
	else if (home)
		why = national(home, &d, false);
	else
		why = "it has no country prefix";
	if (why)
		return refuse(e, why);
	char *phone = arena_printf(a, "+%s%.*s", c->code, (int)d.n, d.digits);
	if (!phone)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret_phone = phone;
	return ST_OK;
}
