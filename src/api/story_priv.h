/* What a lead's score is told from: its events, and the model to look at them with. Behind the score, its history and
 * what comes next. */
#ifndef API_STORY_PRIV_H
#define API_STORY_PRIV_H

#include "api_priv.h"
#include "explanation_priv.h"
#include "store/lead.h"

/* What path and query ask for. */
struct story_wish {
	struct uuid lead_id;
	int64_t model_version; /* 0: the one the lead is scored by */
	const char *line;      /* NULL: none asked for */
};

struct story {
	struct lead_row lead;
	struct model *model;          /* a reference */
	struct scoring_event *events; /* in their order; in the call's arena, like their names */
	struct event_name *names;
	size_t n;
};

/* Errors: "parameter_invalid" at the parameter. */
enum status story_wish_read(const struct api_call *c, struct story_wish *ret, struct err *e);
/* On success the story is to be closed. */
enum status story_open(
    struct api *a, struct api_call *c, struct db *db, const struct story_wish *w, struct story *ret, struct err *e);
void story_close(struct story *s);

#endif
