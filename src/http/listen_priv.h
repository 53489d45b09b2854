/* Addresses to listen on. */
#ifndef HTTP_LISTEN_PRIV_H
#define HTTP_LISTEN_PRIV_H

#include <stdint.h>

#include "base/status.h"

/* "127.0.0.1:8080", "[::1]:8080", "[::]:0": numeric addresses only. Returns a listening, non-blocking socket (owned)
 * and its port. An IPv6 wildcard listens on IPv6 alone. */
enum status listen_on(const char *address, int *ret_fd, uint16_t *ret_port, struct err *e);

#endif
