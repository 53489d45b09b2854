/* Word inside this process that something committed which others are to be told: outbox rows, transitions.
 *
 * Given after COMMIT, outside of the transaction, so it costs ingest nothing that PostgreSQL would notice. Only a hint:
 * it says nothing of what other instances commit and may come for nothing, so whoever listens looks from time to time
 * anyway. Any thread. */
#ifndef INGEST_HINT_H
#define INGEST_HINT_H

#include "base/ident.h"

/* The listener's own memory, from hints_listen to hints_forget. `told` runs on the thread that committed, a batch after
 * it: it leaves a note for its owner's thread and returns. */
struct hint_listener {
	void (*told)(void *ctx, const struct uuid *workspace);
	void *ctx;
	struct hint_listener *next; /* the list's */
};

struct hints;
struct hints *hints_new(void); /* NULL: out of memory */
void hints_free(struct hints **h);
void hints_listen(struct hints *h, struct hint_listener *l);
void hints_forget(struct hints *h, struct hint_listener *l); /* no call runs after it; unknown ones are passed over */
/* For whoever commits such rows by other ways than the ingest machine. h may be NULL. */
void hints_give(struct hints *h, const struct uuid *workspace);

#endif
