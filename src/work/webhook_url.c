/* Where webhooks may go. A URL is looked at when it is entered, for the person who enters it; what guards the network
 * is the look at the address that is connected to, for a name may mean anything by then, and an address has many
 * spellings. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "webhook_priv.h"

struct network {
	uint8_t address[16]; /* of IPv4 the first four */
	unsigned bits;
};

/* What is not the public Internet (IANA's special-purpose registries). */
static const struct network closed4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 3},
};
/* Of IPv6 only 2000::/3 is public, and not all of it: Teredo, benchmarks, ORCHID, documentation, 6to4. */
static const struct network open6 = {{0x20}, 3};
static const struct network closed6[] = {
    {{0x20, 0x01}, 32},
    {{0x20, 0x01, 0x00, 0x02}, 48},
    {{0x20, 0x01, 0x00, 0x10}, 28},
    {{0x20, 0x01, 0x00, 0x20}, 28},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02}, 16},
    {{0x3f, 0xff}, 20},
};
/* IPv4 in IPv6: mapped, and by NAT64. */
static const struct network mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
static const struct network nat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};

static bool within(const uint8_t *a, const struct network *n)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;
	if (memcmp(a, n->address, whole) != 0)
		return false;
	return !rest || (a[whole] ^ n->address[whole]) >> (8 - rest) == 0;
}

/* 4 or 16: what follows is an address of that many bytes, or a network; 0: it is neither. */
static size_t network_parse(const char *s, size_t n, struct network *ret)
{
	char text[INET6_ADDRSTRLEN + 4];
	if (!n || n >= sizeof text)
		return 0;
	memcpy(text, s, n);
	text[n] = '\0';
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	struct network x = {{0}, 0};
	size_t bytes = inet_pton(AF_INET, text, x.address) == 1    ? 4
		       : inet_pton(AF_INET6, text, x.address) == 1 ? 16
								   : 0;
	if (!bytes)
		return 0;
	x.bits = (unsigned)bytes * 8;
	if (slash) {
		char *end;
		if (slash[1] < '0' || slash[1] > '9')
			return 0;
		unsigned long bits = strtoul(slash + 1, &end, 10);
		if (*end || bits > x.bits)
			return 0;
		x.bits = (unsigned)bits;
	}
	*ret = x;
	return bytes;
}

/* The next item of a list; *at moves behind it. Length 0: the list is over. */
static size_t next_item(const char **at, const char **ret)
{
	*at += strspn(*at, ", \t");
	*ret = *at;
	size_t n = strcspn(*at, ", \t");
	*at += n;
	return n;
}

enum status webhook_allow_check(const char *text, struct err *e)
{
	const char *item;
	struct network x;
	size_t n;
	for (const char *at = text ? text : ""; (n = next_item(&at, &item));)
		if (!network_parse(item, n, &x))
			return err_set(e, ST_INVALID, "network_invalid",
			    "\"%.*s\" is no network, as 10.0.0.0/8 or ::1.", (int)n, item);
	return ST_OK;
}

static bool listed(const struct webhook_policy *p, const uint8_t *address, size_t bytes)
{
	const char *item;
	struct network x;
	size_t n;
	for (const char *at = p->allow ? p->allow : ""; (n = next_item(&at, &item));)
		if (network_parse(item, n, &x) == bytes && within(address, &x))
			return true;
	return false;
}

static bool allowed4(const struct webhook_policy *p, const uint8_t a[4])
{
	if (listed(p, a, 4))
		return true;
	for (size_t i = 0; i < sizeof closed4 / sizeof closed4[0]; i++)
		if (within(a, &closed4[i]))
			return false;
	return true;
}

static bool allowed6(const struct webhook_policy *p, const uint8_t a[16])
{
	if (within(a, &mapped) || within(a, &nat64))
		return allowed4(p, a + 12);
	if (listed(p, a, 16))
		return true;
	if (!within(a, &open6))
		return false;
	for (size_t i = 0; i < sizeof closed6 / sizeof closed6[0]; i++)
		if (within(a, &closed6[i]))
			return false;
	return true;
}

bool webhook_address_allowed(const struct webhook_policy *p, const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		uint8_t a[4];
		memcpy(a, &((const struct sockaddr_in *)(const void *)address)->sin_addr, sizeof a);
		return allowed4(p, a);
	}
	if (address->sa_family != AF_INET6)
		return false;
	uint8_t a[16];
	memcpy(a, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, sizeof a);
	return allowed6(p, a);
}

static enum status invalid(struct err *e, const char *what)
{
	return err_at(e, ST_INVALID, "url_invalid", "/url", "%s", what);
}

/* The parts are curl's, which is who will read it when it is used. */
static enum status parts_check(const struct webhook_policy *p, CURLU *u, const char *host, struct err *e)
{
	char *part = NULL;
	struct network literal;
	size_t n = strlen(host);
	if (curl_url_get(u, CURLUPART_USER, &part, 0) != CURLUE_NO_USER ||
	    curl_url_get(u, CURLUPART_PASSWORD, &part, 0) != CURLUE_NO_PASSWORD) {
		curl_free(part);
		return invalid(e, "A name and password in the URL are not taken.");
	}
	if (curl_url_get(u, CURLUPART_FRAGMENT, &part, 0) != CURLUE_NO_FRAGMENT) {
		curl_free(part);
		return invalid(e, "A fragment (#...) is never sent.");
	}
	if (n > 2 && host[0] == '[') {
		host++;
		n -= 2;
	}
	size_t bytes = network_parse(host, n, &literal);
	bool local = !strcasecmp(host, "localhost") || (n > 10 && !strcasecmp(host + n - 10, ".localhost"));
	bool refused = bytes == 4    ? !allowed4(p, literal.address)
		       : bytes == 16 ? !allowed6(p, literal.address)
				     : local && !allowed4(p, (const uint8_t[4]){127, 0, 0, 1});
	return refused ? err_at(e, ST_INVALID, "url_refused", "/url",
			     "Webhooks go to public addresses only, unless the service is told otherwise.")
		       : ST_OK;
}

enum status webhook_url_check(const struct webhook_policy *p, const char *url, struct err *e)
{
	char *scheme = NULL, *host = NULL;
	enum status s = ST_OK;
	size_t n = strlen(url);
	if (n > WEBHOOK_URL_MAX)
		return err_at(e, ST_INVALID, "field_too_long", "/url", "It is longer than %d bytes.", WEBHOOK_URL_MAX);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)url[i] <= ' ' || (unsigned char)url[i] >= 0x7f)
			return invalid(
			    e, "A URL is of visible ASCII characters: escape others, and write xn--... for a name.");
	CURLU *u = curl_url();
	if (!u)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
		s = invalid(e, "It must be a URL such as https://hooks.example.com/leads.");
	else if (strcasecmp(scheme, "https") != 0 && (!p->http || strcasecmp(scheme, "http") != 0))
		s = invalid(e, p->http ? "It must begin with https:// or http://." : "It must begin with https://.");
	else
		s = parts_check(p, u, host, e);
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return s;
}
