/* Clients who follow a workspace's change feed live: GET /v1/stream.
 *
 * One thread with one connection reads the feeds of all workspaces that anybody follows here, each page once for all of
 * its clients, and writes to each what its filter lets through (api/stream.h). It looks when something was committed in
 * this process (ingest/hint.h), and every second at what other instances may have committed. Nobody following costs
 * nothing.
 *
 * A client's state is a position: everything up to it was told or is not for it. Where clients of one workspace differ,
 * those in front and those farthest behind are served in turns, so that one who resumes from last week delays nobody.
 * Nothing is kept in memory for a client but the bytes on their way to it; who has no room for a page is passed over
 * and, when that lasts, told to come back (`end`, too_slow).
 *
 * live_add on any thread; live_start and live_stop on the main thread. */
#ifndef API_LIVE_PRIV_H
#define API_LIVE_PRIV_H

#include <uthash.h>

#include "api_priv.h"
#include "store/feed.h"

struct live;

enum status live_start(const struct api_config *c, struct live **ret, struct err *e);
void live_stop(struct live **l); /* ends all streams; accepts NULL and *NULL */

/* What a client wants to be told of. Items of leads that are in it now, and moves into it and out of it. */
struct live_filter {
	char *types;     /* owned: "stage.mql,handoff.*"; NULL: all */
	char *owner;     /* owned; NULL: all */
	unsigned tiers;  /* bits by live_tier; 0: all */
	unsigned stages; /* bits by enum stage; 0: all */
};
void live_filter_free(struct live_filter *f);
unsigned live_tier(char tier); /* A, B, C, D, X: the bit; else 0 */
/* A list of types, each a name or a family such as "stage.*". */
bool live_types_valid(const char *list);

/* Makes the call's reply a stream of what comes after `position`. Takes over what the filter owns, also when it fails.
 * Errors: ST_BUSY "too_many_streams", ST_NOMEM. */
enum status live_add(struct live *l, struct api_call *c, struct live_filter *filter, int64_t position, struct err *e);

/* A page of the feed as clients get it (live_page.c). */
struct live_item {
	const struct feed_item *from;
	const char *type;                     /* stage.mql, handoff.created, ... */
	const char *owner, *owner_id, *stage; /* of a handoff, as far as it says: its assignee; arena-owned or NULL */
	size_t at, n;                         /* its event in the page's text */
};
struct live_page {
	int64_t after, last; /* it holds what lies between */
	bool more;
	struct live_item *items;
	size_t n;
	struct buf text; /* owned by the page's user, who clears it */
};
#define LIVE_PAGE_ROOM ((size_t)130 << 10) /* no page's text is longer, nor that and an `end` */

/* Reads and renders what comes after `after`. Items live in `arena` and until the connection's next statement. */
enum status live_page_read(struct db *db, const struct uuid *workspace, int64_t after, struct arena *arena,
    struct live_page *ret, struct err *e);
bool live_wants(const struct live_filter *f, const struct live_item *item);
/* An event that only says where the client is. */
void live_put_position(struct buf *b, const struct uuid *workspace, int64_t position);
void live_put_end(struct buf *b, const struct uuid *workspace, int64_t position, const char *reason);

/* The streams of one workspace (live_feed.c). Belongs to the thread but for what is under the lock of struct live. */
struct live_stream {
	struct live_stream *next;
	struct api_stream *stream; /* a reference of its own */
	struct uuid workspace, key;
	struct live_filter filter;
	int64_t at;       /* told of everything up to here, or not to be told */
	int64_t told;     /* the position that the client knows */
	int64_t stuck_us; /* since when there was no room for it though there was something to tell; 0: there was */
	bool ready, over;
};
struct live_feed {
	struct uuid workspace;
	struct live_stream *first;
	int64_t last;    /* this far the feed goes, as far as is known */
	bool behind;     /* somebody is not there yet */
	bool waiting;    /* and all of those have no room */
	int64_t next_us; /* not to be looked at before */
	/* under the lock: */
	struct live_stream *arrived;
	bool noted; /* there may be something new */
	UT_hash_handle hh;
};
/* A turn: at most two pages. ret_told: events written. */
enum status live_feed_turn(
    struct live_feed *f, struct db *db, struct arena *arena, struct buf *scratch, size_t *ret_told, struct err *e);
/* Says why, and that it is over. */
void live_stream_end(struct live_stream *s, const char *reason);
void live_stream_free(struct live_stream *s);

#endif
