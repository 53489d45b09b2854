/* Scores that changed are told once in a while: a burst of events moves a score many times, and only where it has come
 * to is news. */
#include "chores_priv.h"
#include "store/score_news.h"

#define STEP 500
#define SECONDS 60

enum status score_news_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct uuid workspace = {{0}};
	unsigned seconds = r->config->webhook_score_seconds ? *r->config->webhook_score_seconds : SECONDS;
	bool found = true;
	enum status s = ST_OK;
	while (s == ST_OK && found && !halt_asked(r->halt)) {
		size_t n = 0;
		int64_t now = clock_now(r->config->clock);
		arena_reset(r->arena);
		db_deadline(r->db, monotonic_us() + INT64_C(1000) * CHORE_DATABASE_MS);
		s = store_score_news_workspace(r->db, &workspace, &found, &workspace, e);
		if (s == ST_OK && found)
			s = store_score_news_tell(
			    r->db, &workspace, now - seconds * MS_SECOND, now, STEP, r->arena, &n, e);
		if (s == ST_OK && n && r->config->ingest)
			hints_give(ingest_hints(r->config->ingest), &workspace);
		*ret_more |= n == STEP;
	}
	return s;
}
