/* Requests that are done once: with an Idempotency-Key the same request again is not done again, and is given the reply that it had.
 *
 * For a `read` that writes, and that ends each of its failures with nothing written:
 *
 *	struct once once;
 *	enum status s = once_begin(c, db, now, &once, e);
 *	if (s == ST_OK && !once.answered) {
 *		... writes, without a transaction of its own when once.key, and renders the reply ...
 *		s = once_end(c, db, &once, s, e);
 *	}
 *
 * Without the header both do nothing. Writes that are commands have their keys another way (body_context). */
#ifndef API_ONCE_PRIV_H
#define API_ONCE_PRIV_H

#include "api_priv.h"

struct once {
	const char *key; /* NULL: the request has none */
	bool answered;   /* the reply of the first time is rendered */
};

/* With a key a transaction is open then, unless answered. Errors: "header_invalid", ST_INVALID "idempotency_key_reused". */
enum status once_begin(struct api_call *c, struct db *db, int64_t now, struct once *ret, struct err *e);
/* s ST_OK: keeps the call's rendered reply and commits; else gives the transaction up. Returns what came of it. */
enum status once_end(struct api_call *c, struct db *db, const struct once *o, enum status s, struct err *e);

#endif
