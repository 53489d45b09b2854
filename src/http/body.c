/* Bodies on their way in: bounded each, and bounded all together. */
#include "intake_priv.h"

#include "base/instant.h"

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
	if (n > r->max_body - r->body.len)
		return REFUSE_BODY_SIZE;
	if (monotonic_us() > r->body_until_us)
		return REFUSE_BODY_TIME;
	if (!r->body.data && r->head.has_length)
		buf_reserve(&r->body, r->head.length < BODY_FIRST ? (size_t)r->head.length : BODY_FIRST);
	buf_put(&r->body, data, n);
	if (!buf_ok(&r->body))
		return REFUSE_MEMORY;
	r->bytes_in += n;
	return account(r) ? REFUSE_NONE : REFUSE_BODY_MEMORY;
}

void body_release(struct request *r)
{
	buf_free(&r->body);
	atomic_fetch_sub_explicit(&r->server->body_bytes, r->body_held, memory_order_relaxed);
	r->body_held = 0;
}
