/* What an e-mail address and a phone number tell by themselves: whose address it is likely to be, and where the number belongs.
 *
 * Facts that are built in; no network, no settings. Texts are as email_normalise and phone_normalise leave them. Any thread. */
#ifndef BASE_CONTACT_H
#define BASE_CONTACT_H

#include <stdbool.h>
#include <stddef.h>

enum mail_domain {
	MAIL_DOMAIN_OTHER,      /* a company's, a school's, anybody's own */
	MAIL_DOMAIN_FREE,       /* gives an address to anybody: gmail.com, qq.com */
	MAIL_DOMAIN_DISPOSABLE, /* gives an address for minutes */
};
/* Of a domain in lower-case ASCII, or of the nearest domain above it that is listed. */
enum mail_domain mail_domain_of(const char *domain, size_t n);
/* Of this very domain. */
enum mail_domain mail_domain_here(const char *domain, size_t n);

/* Whether the part before the @ names an office and no person: info, sales-2, no.reply, kefu, 客服. What follows a + is no part of the name. */
bool mail_local_is_role(const char *local, size_t n);

/* The country (ISO 3166 alpha-2; static) of a number "+8613800138000". Of a calling code that countries share it is told by what follows where numbers are
 * divided that way (1 and 7), else the largest of them. NULL: none, or a service of no country. */
const char *phone_country_of(const char *phone, size_t n);

#endif
