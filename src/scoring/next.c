/* Looking ahead: what the parts found, in one place. */
#include "next_priv.h"

#include <stdlib.h>

#include "base/instant.h"

enum status scoring_next(struct scoring_lead *l, struct scoring_next *ret, struct err *e)
{
	struct scoring_next n = {0};
	scoring_lead_view(l, false, &n.now);
	n.falls = (struct next_falls){
	    INSTANT_NEVER, INSTANT_NEVER, INSTANT_NEVER, INSTANT_NEVER, .looked_until = INSTANT_NEVER};
	/* Copies share what was parsed. */
	enum status st = lead_parse_profile(l) ? ST_OK : ST_NOMEM;
	if (st == ST_OK && l->begun)
		st = next_stages(l, &n);
	if (st == ST_OK && l->begun)
		st = next_events(l, &n);
	if (st == ST_OK)
		st = next_questions(l, &n);
	if (st == ST_OK && l->begun)
		st = next_falls(l, &n);
	if (st == ST_OK && l->begun)
		st = next_expiries(l, &n);
	if (st != ST_OK) {
		scoring_next_free(&n);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	*ret = n;
	return ST_OK;
}

void scoring_next_free(struct scoring_next *n)
{
	for (size_t i = 0; i < n->n_stages; i++)
		free(n->stages[i].needs);
	free(n->events);
	free(n->questions);
	free(n->expiries);
	*n = (struct scoring_next){0};
}
