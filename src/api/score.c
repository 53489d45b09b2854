/* GET /v1/leads/{id}/score: the lead's events replayed line by line, to any instant, under any version of the model. */
#include "params_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "story_priv.h"

const char *const score_parameters[] = {"at", "model_version", "line", NULL};

struct score_input {
	struct story_wish wish;
	int64_t at;
};

enum status score_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct score_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	in->at = c->received_at;
	enum status s = story_wish_read(c, &in->wish, e);
	return s == ST_OK ? param_time(c, "at", &in->at, e) : s;
}

enum status score_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct score_input *in = call_state(c)->input;
	struct story story;
	enum status s = story_open(a, c, db, &in->wish, &story, e);
	if (s != ST_OK)
		return s;
	struct explanation x = {0};
	s = scoring_explain(story.model, story.events, story.n, in->at, &x, e);
	if (s == ST_OK) {
		explanation_put(
		    reply_json(c, 200), &story.lead.id, in->at, model_version(story.model), &x, story.names, story.n);
		scoring_explanation_free(&x);
	}
	story_close(&story);
	return s;
}
