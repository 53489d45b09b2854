/* Listening sockets: made here rather than by libmicrohttpd, so that their address, backlog and options are ours. */
#include "listen_priv.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */

static enum status parse(const char *address, struct sockaddr_storage *ret, socklen_t *ret_len, struct err *e)
{
	char host[64];
	const char *colon = address ? strrchr(address, ':') : NULL;
	if (!colon || colon == address)
		return err_set(
		    e, ST_INVALID, "listen_invalid", "a listen address looks like 127.0.0.1:8080 or [::1]:8080");
	size_t n = (size_t)(colon - address);
	const char *start = address;
	bool bracketed = address[0] == '[' && colon[-1] == ']';
	if (bracketed) {
		start++;
		n -= 2;
	}
	size_t digits = strspn(colon + 1, "0123456789");
	if (n >= sizeof(host) || digits == 0 || digits > 5 || colon[1 + digits] != '\0' || atoi(colon + 1) > 65535 ||
	    (memchr(start, ':', n) && !bracketed))
		return err_set(e, ST_INVALID, "listen_invalid", "\"%s\" is no listen address", address);
	memcpy(host, start, n);
	host[n] = '\0';
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0 || !found)
		return err_set(e, ST_INVALID, "listen_invalid", "\"%s\" is no numeric address and port", address);
	memcpy(ret, found->ai_addr, found->ai_addrlen);
	*ret_len = found->ai_addrlen;
	freeaddrinfo(found);
	return ST_OK;
}

enum status listen_on(const char *address, int *ret_fd, uint16_t *ret_port, struct err *e)
{
	struct sockaddr_storage sa = {0};
	socklen_t len = 0;
	enum status st = parse(address, &sa, &len, e);
	if (st != ST_OK)
		return st;
	int one = 1;
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		goto fail;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* accepted sockets inherit it */
	if (sa.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, len) != 0 || listen(fd, BACKLOG) != 0)
		goto fail;
	len = sizeof(sa);
	if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
		goto fail;
	*ret_port = ntohs(
	    sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port : ((struct sockaddr_in *)&sa)->sin_port);
	*ret_fd = fd;
	return ST_OK;
fail:
	st = err_set(e, ST_UNAVAILABLE, "listen_failed", "cannot listen on %s: %s", address, strerror(errno));
	if (fd >= 0)
		close(fd);
	return st;
}
