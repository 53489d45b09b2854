/* Inflating with zlib. */
#include "inflate_priv.h"

#include <stdlib.h>
#include <zlib.h>

#define PIECE ((size_t)16 << 10)
#define RATIO_MAX 100                  /* JSON of similar events comes to 20 or 40; deflate itself ends at 1,032 */
#define RATIO_FREE ((size_t)256 << 10) /* this much may come of anything */

struct inflation {
	z_stream z;
	size_t in, out;
	bool ended;
};

struct inflation *inflation_new(void)
{
	struct inflation *i = calloc(1, sizeof(*i));
	/* 16: a gzip header and trailer, and no other. */
	if (i && inflateInit2(&i->z, 15 + 16) != Z_OK) {
		free(i);
		return NULL;
	}
	return i;
}

void inflation_free(struct inflation **i)
{
	if (!i || !*i)
		return;
	inflateEnd(&(*i)->z);
	free(*i);
	*i = NULL;
}

static bool bomb(const struct inflation *i)
{
	return i->out > RATIO_FREE && i->out / RATIO_MAX > i->in;
}

/* One step of zlib into the free end of `out`. */
static enum refusal step(struct inflation *i, struct buf *out, size_t max)
{
	size_t left = max - out->len, room = left < PIECE ? left : PIECE;
	unsigned char probe; /* is there more, when all that may come is there? */
	if (room)
		buf_reserve(out, room);
	if (!buf_ok(out))
		return REFUSE_MEMORY;
	i->z.next_out = room ? (unsigned char *)out->data + out->len : &probe;
	i->z.avail_out = room ? (uInt)room : 1;
	uInt before = i->z.avail_out;
	int rc = inflate(&i->z, Z_NO_FLUSH);
	size_t made = before - i->z.avail_out;
	i->out += made;
	if (rc == Z_MEM_ERROR)
		return REFUSE_MEMORY;
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return REFUSE_CODED_BODY;
	if (made && !room)
		return REFUSE_BODY_SIZE;
	if (room) {
		out->len += made;
		out->data[out->len] = '\0';
	}
	i->ended = rc == Z_STREAM_END;
	return bomb(i) ? REFUSE_BODY_RATIO : REFUSE_NONE;
}

enum refusal inflation_feed(struct inflation *i, const char *data, size_t n, struct buf *out, size_t max)
{
	enum refusal f = REFUSE_NONE;
	i->in += n;
	i->z.next_in = (unsigned char *)(uintptr_t)data;
	i->z.avail_in = (uInt)n;
	/* zlib may hold output back for want of room even when it has read everything. */
	bool full = true;
	while (!f && !i->ended && (i->z.avail_in || full)) {
		f = step(i, out, max);
		full = i->z.avail_out == 0;
	}
	return !f && i->z.avail_in ? REFUSE_CODED_BODY : f;
}

bool inflation_whole(const struct inflation *i)
{
	return i->ended;
}
