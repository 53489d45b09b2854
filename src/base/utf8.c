/* UTF-8: validity, length, and cutting without splitting a character. */
#include "base/text.h"
#include "utf8_priv.h"

bool utf8_valid(const char *s, size_t n)
{
	if (n && memchr(s, '\0', n))
		return false;
	for (size_t i = 0; i < n;) {
		i += ascii_prefix(s + i, n - i);
		while (i < n && (unsigned char)s[i] >= 0x80) {
			uint32_t cp;
			size_t len = utf8_decode((const unsigned char *)s + i, n - i, &cp);
			if (!len)
				return false;
			i += len;
		}
	}
	return true;
}

size_t utf8_length(const char *s, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xC0) != 0x80;
	return count;
}

size_t utf8_cut(const char *s, size_t n, size_t max_bytes)
{
	size_t cut = n < max_bytes ? n : max_bytes;
	/* A character has at most three continuation bytes; more of them in a row are not UTF-8 and are cut anywhere.
	 */
	size_t lead = cut;
	while (lead > 0 && cut - lead < 3 && ((unsigned char)s[lead - 1] & 0xC0) == 0x80)
		lead--;
	if (lead == 0)
		return cut;
	unsigned char c = (unsigned char)s[lead - 1];
	size_t need = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
	return cut - (lead - 1) < need ? lead - 1 : cut;
}
