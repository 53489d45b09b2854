/* Free text to the one spelling of a taxonomy: docs/scoring.md 10. */
#include "scoring/taxonomy.h"

#include <string.h>

#include "base/ident.h"
#include "base/text.h"
#include "lead_priv.h"

/* How many bytes of a sign that separates words, or of a space; 0: none. */
static size_t separator(const char *s)
{
	static const char *const signs[] = {"\xC2\xB7", "\xE2\x80\x90", "\xE2\x80\x93", "\xE2\x80\x94"};
	if (*s == ' ' || *s == '-' || *s == '/' || *s == '_' || *s == '>')
		return 1;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (strncmp(s, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	return 0;
}

char *taxonomy_fold(struct arena *a, const char *s, size_t n)
{
	char *folded = text_fold(a, s, n);
	if (!folded)
		return NULL;
	size_t to = 0;
	bool gap = false;
	for (const char *p = folded; *p;) {
		size_t len = separator(p);
		if (len) {
			gap = to > 0;
			p += len;
			continue;
		}
		if (gap)
			folded[to++] = ' ';
		gap = false;
		folded[to++] = *p++;
	}
	folded[to] = '\0';
	return folded;
}

struct spelling *taxonomy_place(const struct taxonomy *t, const char *folded, uint64_t hash)
{
	for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		struct spelling *s = &t->table[i];
		if (!s->folded || (s->hash == hash && strcmp(s->folded, folded) == 0))
			return s;
	}
}

const struct taxonomy *model_taxonomy(const struct model *m, const char *name, size_t n)
{
	for (size_t i = 0; i < m->n_taxonomies; i++)
		if (strlen(m->taxonomies[i].name) == n && memcmp(m->taxonomies[i].name, name, n) == 0)
			return &m->taxonomies[i];
	return NULL;
}

bool lead_classify(struct scoring_lead *l, const struct taxonomy *t, struct run *profile, struct value *ret)
{
	struct taxon *known = &l->taxa[t - l->model->taxonomies];
	if (!known->known) {
		struct value text = logic_field(profile, &t->attribute);
		if (profile->failed != ST_OK)
			return false;
		known->value = NULL;
		if (text.kind == V_STRING) {
			struct arena *a = arena_new(0);
			const char *folded = a ? taxonomy_fold(a, text.s, text.len) : NULL;
			if (folded)
				known->value = taxonomy_place(t, folded, hash64(folded, strlen(folded)))->value;
			arena_free(&a);
			if (!folded)
				return false;
		}
		known->known = true;
	}
	*ret = known->value ? value_string(known->value, strlen(known->value)) : value_undefined;
	return true;
}
