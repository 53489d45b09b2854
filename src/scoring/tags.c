/* Who holds which tag. */
#include "lead_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

size_t lead_tags_cap(const struct scoring_lead *l)
{
	return l->n_hand + l->model->n_rule_tags + l->model->n_tags;
}

static void hold(struct scoring_tag *tags, size_t *n, const char *tag, const char *source, int64_t expires_at)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(tags[i].tag, tag) == 0)
			return; /* the first holder is named */
	tags[(*n)++] = (struct scoring_tag){tag, source, expires_at};
}

static int by_tag(const void *a, const void *b)
{
	return strcmp(((const struct scoring_tag *)a)->tag, ((const struct scoring_tag *)b)->tag);
}

size_t lead_tags_at(const struct scoring_lead *l, int64_t at, size_t upto, struct scoring_tag *ret)
{
	const struct model *m = l->model;
	size_t n = 0;
	for (size_t i = 0; i < l->n_hand; i++)
		if (l->hand[i].expires_at > at)
			hold(ret, &n, l->hand[i].tag, l->hand[i].imported ? "import" : "hand", l->hand[i].expires_at);
	for (size_t i = 0; i < m->n_fit; i++)
		for (size_t j = 0; l->fit_holds[i] && j < m->fit[i].tags.n; j++)
			hold(ret, &n, m->fit[i].tags.tags[j], m->fit[i].source, INSTANT_NEVER);
	for (size_t i = 0; i < m->n_tagging; i++) {
		const struct engagement_rule *r = &m->rules[m->tagging_rules[i]];
		const struct rule_state *s = &l->rules[m->tagging_rules[i]];
		int64_t end = r->tag_for ? s->newest + r->tag_for : INSTANT_NEVER;
		for (size_t j = 0; s->awarded && at < end && j < r->tags.n; j++)
			hold(ret, &n, r->tags.tags[j], r->source, end);
	}
	for (size_t i = 0; i < upto; i++)
		if (l->tag_holds[i])
			hold(ret, &n, m->tags[i].tag, m->tags[i].source, INSTANT_NEVER);
	if (n > 1)
		qsort(ret, n, sizeof(*ret), by_tag);
	return n;
}

size_t scoring_lead_tags(const struct scoring_lead *l, const struct scoring_tag **ret)
{
	/* The list is a cache of what the lead says, not part of it. */
	struct scoring_lead *cache = (struct scoring_lead *)(uintptr_t)l;
	*ret = NULL;
	if (!l->begun)
		return 0;
	struct scoring_tag *tags = realloc(l->tags_seen, (lead_tags_cap(l) + 1) * sizeof(*tags));
	if (!tags)
		return 0;
	cache->tags_seen = tags;
	*ret = tags;
	return lead_tags_at(l, l->as_of, l->model->n_tags, tags);
}
