#include <stdlib.h>
#include <string.h>

#include "store/db.h"

struct db_pool {
	char *url;
	enum db_use use;
	size_t n;
	struct db *slot[];
};


enum status db_pool_new(const char *url, enum db_use use, size_t n, struct db_pool **ret, struct err *e)
{
	struct db_pool *p = calloc(1, sizeof *p + n * sizeof p->slot[0]);
	if (!p || !(p->url = strdup(url))) {
		free(p);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	p->use = use;
	p->n = n;
	*ret = p;
	return ST_OK;
}

void db_pool_free(struct db_pool **pp)
{
	if (!pp || !*pp)
		return;
	for (size_t i = 0; i < (*pp)->n; i++)
		db_close(&(*pp)->slot[i]);
	free((*pp)->url);
	free(*pp);
	*pp = NULL;
}

enum status db_pool_get(struct db_pool *p, size_t i, int64_t deadline_us, struct db **ret, struct err *e)
{
	if (i >= p->n)
		return err_set(e, ST_INTERNAL, NULL, "No such slot in the connection pool.");
	if (p->slot[i] && !db_usable(p->slot[i]))
		db_close(&p->slot[i]);
	if (!p->slot[i]) {
		int64_t left_ms = (deadline_us - monotonic_us()) / 1000;
		if (left_ms <= 0)
			return err_set(e, ST_DEADLINE, "database_deadline", "No time left to connect to the database.");
		/* A frozen server accepts the TCP connection and never answers: leave time for a second try elsewhere. */
		enum status s = db_open(p->url, p->use, left_ms > 3000 ? 3000 : (int)left_ms, &p->slot[i], e);
		if (s != ST_OK)
			return s;
	}
	db_deadline(p->slot[i], deadline_us);
	*ret = p->slot[i];
	return ST_OK;
}
