/* One workspace's clients, and a turn of telling them. */
#include <stdlib.h>

#include "live_priv.h"

#define POSITION_STEP 500                   /* after so many items that it did not want a client learns where it is */
#define SLOW_US (INT64_C(20) * 1000 * 1000) /* http breaks a stream that takes nothing later than this */
#define DATABASE_US (INT64_C(5) * 1000 * 1000)

void live_stream_free(struct live_stream *s)
{
	api_stream_unref(&s->stream);
	live_filter_free(&s->filter);
	free(s);
}

void live_stream_end(struct live_stream *s, const char *reason)
{
	struct buf b = BUF_INIT;
	live_put_end(&b, &s->workspace, s->at, reason);
	if (buf_ok(&b))
		(void)api_stream_write(s->stream, b.data, b.len);
	api_stream_end(s->stream);
	buf_free(&b);
	s->over = true;
}

/* What of the page the stream is to get: the page's own bytes where it wants them all, else a copy in `scratch`. */
static size_t tell(struct live_stream *s, const struct live_page *p, struct buf *scratch)
{
	bool all = !s->filter.types && !s->filter.owner && !s->filter.tiers && !s->filter.stages;
	size_t first = 0, told = 0;
	while (first < p->n && p->items[first].from->position <= s->at)
		first++;
	buf_clear(scratch);
	for (size_t i = first; i < p->n; i++) {
		if (!all && !live_wants(&s->filter, &p->items[i]))
			continue;
		if (!all)
			buf_put(scratch, p->text.data + p->items[i].at, p->items[i].n);
		s->told = p->items[i].from->position;
		told++;
	}
	s->at = p->last;
	if (s->at - s->told >= POSITION_STEP) {
		if (all && told) /* it ends with places that nothing stands at any more */
			buf_put(scratch, p->text.data + p->items[first].at, p->text.len - p->items[first].at);
		live_put_position(scratch, &s->workspace, s->at);
		s->told = s->at;
		all = false;
	}
	const char *from = all && told ? p->text.data + p->items[first].at : scratch->data;
	size_t n = all && told ? p->text.len - p->items[first].at : scratch->len;
	if (!buf_ok(scratch))
		live_stream_end(s, "too_slow"); /* no memory to tell it: it may come again */
	else if (n && !api_stream_write(s->stream, from, n))
		s->over = true;
	return told;
}

/* The foremost and the hindmost of those who have room for a page. False: nobody has. */
static bool find_ready(struct live_feed *f, int64_t now_us, int64_t *ret_low, int64_t *ret_high)
{
	bool any = false;
	for (struct live_stream *s = f->first; s; s = s->next) {
		s->over = s->over || api_stream_over(s->stream);
		s->ready = !s->over && api_stream_room(s->stream, LIVE_PAGE_ROOM, 0);
		if (s->over || (!s->ready && s->at >= f->last))
			continue;
		if (!s->ready && !s->stuck_us)
			s->stuck_us = now_us;
		else if (!s->ready && now_us - s->stuck_us >= SLOW_US)
			live_stream_end(s, "too_slow");
		if (!s->ready)
			continue;
		s->stuck_us = 0;
		*ret_low = !any || s->at < *ret_low ? s->at : *ret_low;
		*ret_high = !any || s->at > *ret_high ? s->at : *ret_high;
		any = true;
	}
	return any;
}

struct told {
	size_t events, streams;
};

static enum status page_for_all(struct live_feed *f, int64_t after, struct db *db, struct arena *arena,
    struct live_page *page, struct buf *scratch, struct told *told, struct err *e)
{
	arena_reset(arena);
	db_deadline(db, monotonic_us() + DATABASE_US);
	enum status s = live_page_read(db, &f->workspace, after, arena, page, e);
	if (s != ST_OK)
		return s;
	for (struct live_stream *x = f->first; x; x = x->next) {
		if (!x->ready || x->over || x->at < after || x->at >= page->last)
			continue;
		told->events += tell(x, page, scratch);
		told->streams++;
		x->ready = false; /* once a turn */
	}
	if (page->last > f->last)
		f->last = page->last;
	return ST_OK;
}

enum status live_feed_turn(
    struct live_feed *f, struct db *db, struct arena *arena, struct buf *scratch, size_t *ret_told, struct err *e)
{
	struct live_page page = {0};
	int64_t low = 0, high = 0;
	struct told told = {0};
	enum status s = ST_OK;
	bool any = find_ready(f, monotonic_us(), &low, &high), more = false;
	if (any) {
		s = page_for_all(f, high, db, arena, &page, scratch, &told, e);
		more = page.more;
	}
	if (s == ST_OK && any && low < high)
		s = page_for_all(f, low, db, arena, &page, scratch, &told, e);
	buf_free(&page.text);
	*ret_told += told.events;
	if (s != ST_OK)
		return s;
	f->behind = more;
	for (struct live_stream *x = f->first; x; x = x->next)
		f->behind = f->behind || (!x->over && x->at < f->last);
	f->waiting = f->behind && !told.streams;
	return ST_OK;
}
