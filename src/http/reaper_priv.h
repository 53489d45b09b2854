/* The thread that ends what takes too long: slow heads, slow bodies, replies nobody reads, and closed connections that
 * linger.
 *
 * It only ever shuts a socket down; libmicrohttpd then sees the end of it and cleans up in its own thread. */
#ifndef HTTP_REAPER_PRIV_H
#define HTTP_REAPER_PRIV_H

#include "base/status.h"
#include "server_priv.h"

enum status reaper_start(struct http_server *s, struct reaper **ret, struct err *e);
void reaper_stop(struct reaper **r); /* after the listeners are stopped */

/* Before libmicrohttpd closes fd with input unread, which would make the kernel send a reset that may destroy the
 * reply: keeps a duplicate open, reads and drops what comes for up to a second. Does nothing when too many linger
 * already. Any thread. */
void reaper_linger(struct reaper *r, int fd);

#endif
