/* One accepted connection, from accept to close, as the reaper sees it.
 *
 * libmicrohttpd's own timeout is reset by every byte, so a client that sends one byte now and then would stay for ever.
 * Therefore each connection says in which phase it is and since when, in one atomic word; the HTTP thread writes it,
 * the reaper reads it, and whoever moves it to PHASE_REAPED owns the right to say the last word on the socket.
 * Membership in the lists is under the list's lock, and a connection leaves its list before libmicrohttpd closes the
 * descriptor, so that the reaper never touches a reused number. */
#ifndef HTTP_CONN_PRIV_H
#define HTTP_CONN_PRIV_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server_priv.h"

enum phase {
	PHASE_HEAD,  /* nothing received, or part of a head */
	PHASE_BODY,  /* head complete, body on its way */
	PHASE_WAIT,  /* ours: the deadline of the call holds */
	PHASE_SEND,  /* the reply is on its way out */
	PHASE_REAPED, /* out of time, shut down */
	PHASE_STREAM, /* a stream is on its way out: its own health counts */
	PHASE_UPLOAD  /* head complete, a body without limit on its way: it has a rate to keep */
};

struct request;

struct conn {
	struct conn *next, **link; /* in its list */
	struct listener *listener;
	int fd;
	_Atomic int64_t phase;   /* since, in monotonic microseconds, * 8 + enum phase */
	_Atomic int64_t send_us; /* what a reply of its size may take to be sent besides what any may */
	bool linger;             /* HTTP thread only: refused with unread input, close gently */
	bool parser_spoke;       /* HTTP thread only: the reply to a parser error is out */
	struct request *request; /* HTTP thread only: the one under way, or NULL */
	struct api_stream *stream; /* its reply, while that is one; under the list's lock, borrowed of the request */
	char peer[INET6_ADDRSTRLEN];
	/* The reaper's own: what it saw of this connection's head. */
	int64_t head_phase;  /* the phase word that the next two belong to */
	uint64_t head_bytes; /* received before the head began */
	int64_t head_since;  /* when the first byte of the head was seen; 0: not yet */
};

/* MHD_NotifyConnectionCallback; cls is the listener. */
void conn_notify(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code);
struct conn *conn_of(struct MHD_Connection *mhd); /* borrowed; NULL when out of memory at accept */
/* HTTP thread. False: the reaper came first; close. */
bool conn_enter(struct conn *c, enum phase phase);

/* HTTP thread. NULL: over. */
void conn_set_stream(struct conn *c, struct api_stream *stream);

void conn_lists_init(struct http_server *s);
void conn_lists_destroy(struct http_server *s);
/* Calls `visit` on each connection, under the lock of its list. Any thread. */
void conn_each(struct http_server *s, void (*visit)(struct conn *c, struct http_server *s));

static inline enum phase phase_of(int64_t word)
{
	return (enum phase)(word & 7);
}
static inline int64_t phase_since(int64_t word)
{
	return word >> 3;
}

#endif
