/* The numbering plans that phone normalisation knows. */
#ifndef BASE_PHONE_PRIV_H
#define BASE_PHONE_PRIV_H

#include <stddef.h>

struct phone_country {
	char iso[3];       /* ISO 3166 alpha-2 */
	char code[4];      /* ITU-T E.164 country calling code */
	const char *trunk; /* what is dialled before a national number inside the country; alternatives after a space;
			      empty: nothing */
	unsigned char digits; /* length of every national number, without the trunk prefix; 0: it varies */
};

/* NULL when no country has this two-letter code; either case. */
const struct phone_country *phone_country_by_iso(const char *iso);
/* The plan whose calling code these digits begin with; of those who share one, any: they share the rest too. NULL:
 * none. */
const struct phone_country *phone_country_by_digits(const char *digits, size_t n);

#endif
