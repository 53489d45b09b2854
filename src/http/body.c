/* Bodies on their way in: bounded each, and bounded all together. */
#include "intake_priv.h"

#include "base/instant.h"
#include "inflate_priv.h"

#define BODY_FIRST ((size_t)64 << 10) /* as much as a declared length is believed before it arrives */
#define BODIES_TOGETHER ((size_t)512 << 20)

/* Counts the buffer's growth against what all bodies may hold together. */
static bool account(struct request *r)
{
	if (r->body.cap <= r->body_held)
		return true;
	size_t more = r->body.cap - r->body_held;
	size_t before = atomic_fetch_add_explicit(&r->server->body_bytes, more, memory_order_relaxed);
	r->body_held += more;
	return before + more <= BODIES_TOGETHER;
}

enum refusal body_take(struct request *r, const char *data, size_t n)
{
	/* Not compared with what is there already when it comes gzipped: that is larger. */
	if (n > r->max_body - (r->inflation ? r->bytes_in : r->body.len))
		return REFUSE_BODY_SIZE;
	if (monotonic_us() > r->body_until_us)
		return REFUSE_BODY_TIME;
	enum refusal f = REFUSE_NONE;
	if (!r->body.data && r->head.has_length)
		buf_reserve(&r->body, r->head.length < BODY_FIRST ? (size_t)r->head.length : BODY_FIRST);
	if (r->inflation)
		f = inflation_feed(r->inflation, data, n, &r->body, r->max_body);
	else
		buf_put(&r->body, data, n);
	if (!buf_ok(&r->body))
		return REFUSE_MEMORY;
	r->bytes_in += n;
	return f || account(r) ? f : REFUSE_BODY_MEMORY;
}

enum refusal body_end(const struct request *r)
{
	return r->inflation && r->bytes_in && !inflation_whole(r->inflation) ? REFUSE_CODED_BODY : REFUSE_NONE;
}

void body_release(struct request *r)
{
	inflation_free(&r->inflation);
	buf_free(&r->body);
	atomic_fetch_sub_explicit(&r->server->body_bytes, r->body_held, memory_order_relaxed);
	r->body_held = 0;
}
