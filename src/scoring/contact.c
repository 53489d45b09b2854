/* What the profile's e-mail and phone tell: docs/scoring.md 10. */
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "lead_priv.h"

static const char *const kinds[] = {"business", "personal", "disposable"}; /* by enum mail_domain */

bool model_mail_domain_parse(const char *s, enum mail_domain *ret)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i], s) == 0) {
			*ret = (enum mail_domain)i;
			return true;
		}
	return false;
}

struct key {
	const char *s;
	size_t n;
};

static int compare(const void *key, const void *entry)
{
	const struct key *k = key;
	const struct mail_entry *e = entry;
	size_t n = strlen(e->domain);
	int c = memcmp(k->s, e->domain, k->n < n ? k->n : n);
	return c ? c : (k->n > n) - (k->n < n);
}

/* The nearest listed domain decides; of the same domain the model's word counts. */
static enum mail_domain domain_kind(const struct model *m, const char *domain, size_t n)
{
	if (!m || !m->n_mail)
		return mail_domain_of(domain, n);
	for (;;) {
		const struct mail_entry *own =
		    bsearch(&(struct key){domain, n}, m->mail, m->n_mail, sizeof(*m->mail), compare);
		if (own)
			return own->kind;
		enum mail_domain here = mail_domain_here(domain, n);
		if (here != MAIL_DOMAIN_OTHER)
			return here;
		const char *dot = memchr(domain, '.', n);
		if (!dot)
			return MAIL_DOMAIN_OTHER;
		n -= (size_t)(dot + 1 - domain);
		domain = dot + 1;
	}
}

#define TAIL_MAX 320 /* of a domain is looked at: more than any listed one has */

const char *model_email_kind(const struct model *m, const char *email, size_t n)
{
	char text[TAIL_MAX];
	const char *at = memrchr(email, '@', n);
	if (!at || at == email || at + 1 == email + n)
		return NULL;
	size_t domain_len = n - (size_t)(at + 1 - email), local_len = (size_t)(at - email);
	size_t tail_len = domain_len < sizeof(text) ? domain_len : sizeof(text);
	const char *tail = email + n - tail_len;
	for (size_t i = 0; i < tail_len; i++)
		text[i] = tail[i] >= 'A' && tail[i] <= 'Z' ? (char)(tail[i] | 0x20) : tail[i];
	enum mail_domain kind = domain_kind(m, text, tail_len);
	return kind != MAIL_DOMAIN_DISPOSABLE && mail_local_is_role(email, local_len) ? "role" : kinds[kind];
}

bool lead_email_kind(struct scoring_lead *l, const char **ret)
{
	if (!l->kind_known) {
		if (!lead_parse_profile(l))
			return false;
		const json_t *email = json_object_get(l->profile, "email");
		l->email_kind = json_is_string(email)
				    ? model_email_kind(l->model, json_string_value(email), json_string_length(email))
				    : NULL;
		l->kind_known = true;
	}
	*ret = l->email_kind;
	return true;
}

bool lead_phone_country(struct scoring_lead *l, const char **ret)
{
	if (!lead_parse_profile(l))
		return false;
	const json_t *phone = json_object_get(l->profile, "phone");
	*ret = json_is_string(phone) ? phone_country_of(json_string_value(phone), json_string_length(phone)) : NULL;
	return true;
}
