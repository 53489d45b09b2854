/* Reading `email_domains`: sorted, so that a look-up is a few comparisons. */
#include "model_read_priv.h"

#include <stdlib.h>
#include <string.h>

#define DOMAINS_MAX 5000
#define DOMAIN_MAX 253

static bool domain_good(const char *s)
{
	size_t n = strlen(s), label = 0;
	bool dot = false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '.') {
			if (!label || s[i - 1] == '-')
				return false;
			label = 0;
			dot = true;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && label)))
			return false;
		label++;
	}
	return dot && label && s[n - 1] != '-' && n <= DOMAIN_MAX;
}

static int by_domain(const void *a, const void *b)
{
	return strcmp(((const struct mail_entry *)a)->domain, ((const struct mail_entry *)b)->domain);
}

void read_email_domains(struct reader *r, const struct place *p)
{
	if (!p->v)
		return;
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object of domains and their kinds.");
		return;
	}
	if (json_object_size(p->v) > DOMAINS_MAX) {
		read_fault(r, "limit_exceeded", p->pointer, "At most %d domains are allowed.", DOMAINS_MAX);
		return;
	}
	struct model *m = r->m;
	m->mail = read_array(r, json_object_size(p->v), sizeof(*m->mail));
	json_t *object = (json_t *)(uintptr_t)p->v;
	for (void *it = json_object_iter(object); it && m->mail; it = json_object_iter_next(object, it)) {
		const char *domain = json_object_iter_key(it), *kind = NULL;
		struct place at = place_at(p, domain);
		struct mail_entry *e = &m->mail[m->n_mail];
		if (!domain_good(domain)) {
			read_fault(
			    r, "value_invalid", at.pointer, "\"%.80s\" is no domain in lower-case ASCII.", domain);
		} else if (!read_text(r, &at, MODEL_TEXT_MAX, &kind)) {
			continue;
		} else if (!model_mail_domain_parse(kind, &e->kind)) {
			read_fault(r, "value_invalid", at.pointer,
			    "The kind of a domain is \"business\", \"personal\" or \"disposable\".");
		} else if (!(e->domain = arena_strdup(m->memory, domain))) {
			r->out_of_memory = true;
			return;
		} else {
			m->n_mail++;
		}
	}
	if (m->n_mail > 1)
		qsort(m->mail, m->n_mail, sizeof(*m->mail), by_domain);
}
