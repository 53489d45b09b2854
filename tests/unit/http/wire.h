/* Raw HTTP over a socket, for tests: sends exactly the bytes given, and reads replies without forgiving anything. */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply {
	int status; /* 0: the connection ended, or time ran out, without one */
	char *head; /* owned; status line and headers, NUL-terminated */
	char *body; /* owned; NUL-terminated */
	size_t body_len;
	bool closed; /* the connection ended where a reply was expected */
};

int wire_connect(uint16_t port);
int wire_connect_from(uint16_t port, const char *local); /* -1: cannot */
/* False: the peer is gone. */
bool wire_send(int fd, const void *p, size_t n);
bool wire_puts(int fd, const char *s);
/* The next reply on the connection; `bodyless` for replies to HEAD. Interim 100 replies are skipped, and counted in
 * *interim when not NULL. Leaves bytes of a further reply unread. */
struct reply wire_reply(int fd, int timeout_ms, bool bodyless, int *interim);
void reply_free(struct reply *r);
/* The value of a header, in a static buffer; NULL: absent. */
const char *reply_header(const struct reply *r, const char *name);
/* Whether the peer closes within the time (bytes before that are dropped). */
bool wire_closed(int fd, int timeout_ms);

#endif
