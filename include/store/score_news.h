/* Scores that changed, kept until they are told: of each lead the newest, and since which score. */
#ifndef STORE_SCORE_NEWS_H
#define STORE_SCORE_NEWS_H

#include "store/db.h"

struct score_news {
	struct uuid lead_id;
	int64_t lead_version;
	int32_t from_score, score; /* shown */
	const char *payload;       /* JSON text: an object that is not empty, without "from" */
};

/* Rows for the caller's pipeline, by lead; of a lead that has one already the new one is told, from the old one's
 * score. */
enum status store_score_news_send(
    struct db *db, const struct uuid *workspace, const struct score_news *rows, size_t n, struct err *e);
/* The next workspace after `after` with something untold. */
enum status store_score_news_workspace(
    struct db *db, const struct uuid *after, bool *ret_found, struct uuid *ret, struct err *e);
/* Puts what was not told since `before` into the outbox, at most `max`. ret_n: so many were taken. */
enum status store_score_news_tell(struct db *db, const struct uuid *workspace, int64_t before, int64_t now, size_t max,
    struct arena *arena, size_t *ret_n, struct err *e);

#endif
