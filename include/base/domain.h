/* Whose a host name is: the part of it that somebody registered, by the public suffix list built into libpsl. Any thread. */
#ifndef BASE_DOMAIN_H
#define BASE_DOMAIN_H

#include <stdbool.h>

/* The registrable part of a host name in lower-case ASCII, a tail of `host`: example.com.cn of sales.example.com.cn. NULL: there is none (com.cn, localhost). */
const char *domain_registrable(const char *host);

/* Whether the name is nobody's for good: set aside for documentation, tests and private networks (RFC 2606, 6761, 6762). */
bool domain_reserved(const char *domain);

#endif
