#include "ingest/hint.h"

#include <pthread.h>
#include <stdlib.h>

struct hints {
	pthread_rwlock_t lock; /* guards the list; held shared while listeners are told */
	struct hint_listener *first;
};

struct hints *hints_new(void)
{
	struct hints *h = calloc(1, sizeof *h);
	if (h)
		pthread_rwlock_init(&h->lock, NULL);
	return h;
}

void hints_free(struct hints **hp)
{
	if (!hp || !*hp)
		return;
	pthread_rwlock_destroy(&(*hp)->lock);
	free(*hp);
	*hp = NULL;
}

void hints_listen(struct hints *h, struct hint_listener *l)
{
	pthread_rwlock_wrlock(&h->lock);
	l->next = h->first;
	h->first = l;
	pthread_rwlock_unlock(&h->lock);
}

void hints_forget(struct hints *h, struct hint_listener *l)
{
	pthread_rwlock_wrlock(&h->lock);
	struct hint_listener **at = &h->first;
	while (*at && *at != l)
		at = &(*at)->next;
	if (*at)
		*at = l->next;
	pthread_rwlock_unlock(&h->lock);
}

void hints_give(struct hints *h, const struct uuid *workspace)
{
	if (!h)
		return;
	pthread_rwlock_rdlock(&h->lock);
	for (struct hint_listener *l = h->first; l; l = l->next)
		l->told(l->ctx, workspace);
	pthread_rwlock_unlock(&h->lock);
}
