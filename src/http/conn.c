/* The lists of open connections. */
#include "conn_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "observe_priv.h"
#include "reaper_priv.h"
#include "request_priv.h"

static struct conn_list *list_of(const struct conn *c)
{
	return &c->listener->server->lists[(unsigned)c->fd % CONN_LISTS];
}

void conn_lists_init(struct http_server *s)
{
	for (size_t i = 0; i < CONN_LISTS; i++)
		pthread_mutex_init(&s->lists[i].lock, NULL);
}

void conn_lists_destroy(struct http_server *s)
{
	for (size_t i = 0; i < CONN_LISTS; i++)
		pthread_mutex_destroy(&s->lists[i].lock);
}

static void peer_text(struct MHD_Connection *mhd, char *out, size_t cap)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info ? info->client_addr : NULL;
	out[0] = '\0';
	if (sa && sa->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, out, (socklen_t)cap);
	else if (sa && sa->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, out, (socklen_t)cap);
}

static struct conn *opened(struct listener *l, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct conn *c = info ? calloc(1, sizeof(*c)) : NULL;
	if (!c)
		return NULL;
	c->listener = l;
	c->fd = info->connect_fd;
	atomic_init(&c->phase, monotonic_us() * 8 + PHASE_HEAD);
	c->head_phase = atomic_load(&c->phase);
	peer_text(mhd, c->peer, sizeof(c->peer));
	struct conn_list *list = list_of(c);
	pthread_mutex_lock(&list->lock);
	c->next = list->first;
	c->link = &list->first;
	if (c->next)
		c->next->link = &c->next;
	list->first = c;
	pthread_mutex_unlock(&list->lock);
	atomic_fetch_add(&l->server->open, 1);
	observe_connections(l->server->observe, 1);
	return c;
}

static void closed(struct conn *c)
{
	struct conn_list *list = list_of(c);
	pthread_mutex_lock(&list->lock);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	pthread_mutex_unlock(&list->lock);
	struct http_server *s = c->listener->server;
	if (c->request)
		request_forgotten(c->request);
	observe_connections(s->observe, -1);
	if (c->linger)
		reaper_linger(s->reaper, c->fd);
	free(c);
	atomic_fetch_sub(&s->open, 1);
}

void conn_notify(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = opened(cls, mhd);
	} else if (*context) {
		closed(*context);
		*context = NULL;
	}
}

struct conn *conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

bool conn_enter(struct conn *c, enum phase phase)
{
	int64_t word = atomic_load_explicit(&c->phase, memory_order_relaxed);
	if (phase_of(word) == PHASE_REAPED)
		return false;
	return atomic_compare_exchange_strong(&c->phase, &word, monotonic_us() * 8 + phase);
}

void conn_set_stream(struct conn *c, struct api_stream *stream)
{
	struct conn_list *list = list_of(c);
	pthread_mutex_lock(&list->lock);
	c->stream = stream;
	pthread_mutex_unlock(&list->lock);
}

void conn_each(struct http_server *s, void (*visit)(struct conn *c, struct http_server *s))
{
	for (size_t i = 0; i < CONN_LISTS; i++) {
		pthread_mutex_lock(&s->lists[i].lock);
		for (struct conn *c = s->lists[i].first; c; c = c->next)
			visit(c, s);
		pthread_mutex_unlock(&s->lists[i].lock);
	}
}
