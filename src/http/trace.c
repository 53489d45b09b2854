/* traceparent: version "-" trace-id "-" parent-id "-" flags, lower-case hexadecimal. */
#include "trace_priv.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return true;
}

static bool all_zero(const char *s, size_t n)
{
	return strspn(s, "0") >= n;
}

void trace_id_of(const char *s, char out[33])
{
	out[0] = '\0';
	if (!s || strlen(s) < 55 || s[2] != '-' || s[35] != '-' || s[52] != '-')
		return;
	if (!digits(s, 2) || !digits(s + 3, 32) || !digits(s + 36, 16) || !digits(s + 53, 2))
		return;
	if (strncmp(s, "ff", 2) == 0 || all_zero(s + 3, 32) || all_zero(s + 36, 16))
		return;
	/* Version 00 ends here; a later one may go on after another hyphen. */
	if (s[55] != '\0' && (strncmp(s, "00", 2) == 0 || s[55] != '-'))
		return;
	memcpy(out, s + 3, 32);
	out[32] = '\0';
}
