#include "probe.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static size_t drop_body(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

long probe_get(const char *url, long timeout_ms, char why[PROBE_WHY_MAX])
{
	long status = 0;
	char text[CURL_ERROR_SIZE] = "out of memory";
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	if (curl) {
		curl_easy_setopt(curl, CURLOPT_URL, url);
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
		curl_easy_setopt(curl, CURLOPT_USERAGENT, "leadscore-healthcheck");
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body);
		code = curl_easy_perform(curl);
		if (code == CURLE_OK)
			curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_cleanup(curl);
	}
	if (code != CURLE_OK && why)
		snprintf(why, PROBE_WHY_MAX, "%s", *text ? text : curl_easy_strerror(code));
	return status;
}

void probe_url(const char *listen, unsigned port, const char *path, char *out, unsigned long cap)
{
	const char *colon = strrchr(listen, ':');
	int n = colon ? (int)(colon - listen) : (int)strlen(listen);
	if (!strncmp(listen, "0.0.0.0:", 8))
		snprintf(out, cap, "http://127.0.0.1:%u%s", port, path);
	else if (!strncmp(listen, "[::]:", 5))
		snprintf(out, cap, "http://[::1]:%u%s", port, path);
	else
		snprintf(out, cap, "http://%.*s:%u%s", n, listen, port, path);
}
