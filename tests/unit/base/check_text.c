/* base/text: UTF-8, cleaning, folding and search terms. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static size_t encode(uint32_t cp, char *out)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 63));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 63));
		out[2] = (char)(0x80 | (cp & 63));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 63));
	out[2] = (char)(0x80 | (cp >> 6 & 63));
	out[3] = (char)(0x80 | (cp & 63));
	return 4;
}

START_TEST(every_scalar_value_is_valid_and_no_surrogate)
{
	char s[4];
	for (uint32_t cp = 1; cp < 0x110000; cp++) {
		size_t n = encode(cp, s);
		bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
		if (utf8_valid(s, n) == surrogate)
			ck_abort_msg("U+%04X", cp);
		for (size_t part = 1; part < n; part++)
			if (utf8_valid(s, part))
				ck_abort_msg("U+%04X cut to %zu", cp, part);
		if (!surrogate && (utf8_length(s, n) != 1 || utf8_cut(s, n, n - 1) != 0))
			ck_abort_msg("U+%04X", cp);
	}
}
END_TEST

START_TEST(invalid_bytes)
{
	static const char *const bad[] = {"\x80", "\xBF", "\xC0\x80", "\xC0\xAF", "\xC1\xBF", "\xC2", "\xC2 ",
	    "\xC2\xC2", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xE4\xB8", "\xE4\xB8 ", "\xE4 \xAD", "\xED\xA0\x80",
	    "\xED\xBF\xBF", "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF0\x9F\x98 ", "\xF4\x90\x80\x80",
	    "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "12345678\xFF", "1234567\xFF",
	    "中文中文中文中文\xE4", "\xE4\xB8\xAD\xAD"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(!utf8_valid(bad[i], strlen(bad[i])), "row %zu", i);
		char longer[80] = "0123456789abcdef";
		strcat(longer, bad[i]);
		strcat(longer, "0123456789abcdef");
		ck_assert_msg(!utf8_valid(longer, strlen(longer)), "row %zu", i);
	}
	ck_assert(utf8_valid("", 0));
	ck_assert(utf8_valid(NULL, 0));
	ck_assert(!utf8_valid("a\0b", 3));
	ck_assert(!utf8_valid("12345678\0", 9));
	ck_assert(utf8_valid("中", 3));
	ck_assert_uint_eq(utf8_length("a中\xF0\x9F\x98\x80é", 10), 4);
}
END_TEST

START_TEST(cuts_between_characters)
{
	static const char s[] = "a中é\xF0\x9F\x98\x80z";
	static const size_t expected[] = {0, 1, 1, 1, 4, 4, 6, 6, 6, 6, 10, 11, 11};
	for (size_t max = 0; max < sizeof(expected) / sizeof(expected[0]); max++)
		ck_assert_uint_eq(utf8_cut(s, 11, max), expected[max]);
	ck_assert_uint_eq(utf8_cut("\x80\x80\x80\x80\x80", 5, 4), 4);
	ck_assert_uint_eq(utf8_cut("", 0, 4), 0);
}
END_TEST

struct row {
	const char *in;
	const char *out;
};

START_TEST(cleaning)
{
	static const struct row rows[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"  a \t\r\n b  ", "a b"},
	    {"\n\n", ""},
	    {"a\x01\x02\x1F\x7F"
	     "b",
		"ab"},
	    {"ＡＢＣ　１２３", "ABC 123"},
	    {"ﾊﾟｿｺﾝ", "パソコン"},
	    {"e\xCC\x81", "é"},
	    {"ﬁ①㍿", "fi1株式会社"},
	    {"a\xE2\x80\x8B"
	     "b",
		"ab"},
	    {"\xEF\xBB\xBFname", "name"},
	    {"\xE2\x80\xAE"
	     "gnp.exe\xE2\x80\xAC",
		"gnp.exe"},
	    {"\xE2\x81\xA6x\xE2\x81\xA9\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", "x"},
	    {"a\xC2\xA0\xE2\x80\x83\xE3\x80\x80"
	     "b",
		"a b"},
	    {"a\xC2\x85"
	     "b\xE2\x80\xA8"
	     "c",
		"a b c"},
	    {"\xC2\x9F"
	     "a",
		"a"},
	    {"e\xE2\x80\x8B\xCC\x81", "é"},
	    {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"},
	    {"می\xE2\x80\x8Cخواهم", "می\xE2\x80\x8Cخواهم"},
	    {"中文 名字", "中文 名字"},
	    {"bad\xFF"
	     "byte",
		"bad\xEF\xBF\xBD"
		"byte"},
	    {"\xC2\xB4", "\xCC\x81"},
	};
	struct arena *a = arena_new(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(text_clean(a, rows[i].in, strlen(rows[i].in)), rows[i].out);
	ck_assert_str_eq(text_clean(a, "a\0b", 3), "ab");
	ck_assert_str_eq(text_clean(a, "中\0b", 5), "中b");
	struct arena *tiny = arena_new(4);
	ck_assert_ptr_null(text_clean(tiny, "abcd", 4));
	ck_assert_ptr_null(text_fold(tiny, "中文", 6));
	arena_free(&tiny);
	arena_free(&a);
}
END_TEST

START_TEST(folding)
{
	static const struct row rows[] = {
	    {"HELLO World", "hello world"},
	    {"ÉCOLE", "école"},
	    {"STRASSE", "strasse"},
	    {"Straße", "strasse"},
	    {"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
	    {"σίσυφος", "σίσυφοσ"},
	    {"İ", "i\xCC\x87"},
	    {"I", "i"},
	    {"ＡＢＣ公司", "abc公司"},
	    {"  X  Y ", "x y"},
	};
	struct arena *a = arena_new(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(text_fold(a, rows[i].in, strlen(rows[i].in)), rows[i].out);
	arena_free(&a);
}
END_TEST

static const struct {
	const char *dirty, *clean; /* clean NULL: it stays */
	unsigned without, changed;
} dirt[] = {
    {"  张 三 ", "张 三", 0, TEXT_SPACES},
    {"张三", NULL, 0, 0},
    {"张三", NULL, TEXT_FORMS | TEXT_SPACES, 0},
    {"ACME  Inc.", "ACME Inc.", 0, TEXT_SPACES},
    {"ACME\tInc.", "ACME Inc.", 0, TEXT_SPACES},
    {"ACME\001 Inc.", "ACME Inc.", 0, TEXT_INVISIBLE},
    {"ＡＣＭＥ", "ACME", 0, TEXT_FORMS},
    {"ＡＣＭＥ", NULL, TEXT_FORMS, 0},
    {"１２３　号", "123 号", 0, TEXT_FORMS | TEXT_SPACES},
    {"１２３　号", "１２３ 号", TEXT_FORMS, TEXT_SPACES},
    {"宁波\u200b远航", "宁波远航", 0, TEXT_INVISIBLE},
    {"\ufeff宁波远航\u200e ", "宁波远航", 0, TEXT_INVISIBLE | TEXT_SPACES},
    {"宁波\001远航", "宁波远航", 0, TEXT_INVISIBLE},
    {"  a  b\n", "a  b", TEXT_SPACES, TEXT_SPACES},
    {"a  b", NULL, TEXT_SPACES, 0},
    {"a\001  b", "a  b", TEXT_SPACES, TEXT_INVISIBLE},
    {"u\u0308ber", "über", 0, TEXT_FORMS},
    {"u\u0308ber", "über", TEXT_FORMS, TEXT_FORMS},
    {"\u00a0x", "x", 0, TEXT_SPACES},
    {"㈱日立", "(株)日立", 0, TEXT_FORMS},
    {"㈱日立", NULL, TEXT_FORMS, 0},
    {"\u200b", "", 0, TEXT_INVISIBLE},
    {"", NULL, 0, 0},
};

START_TEST(what_cleaning_did_is_told)
{
	struct arena *a = arena_new(0);
	const char *dirty = dirt[_i].dirty;
	unsigned changed = 77;
	char *clean = text_clean_without(a, dirty, strlen(dirty), dirt[_i].without, &changed);
	ck_assert_str_eq(clean, dirt[_i].clean ? dirt[_i].clean : dirty);
	ck_assert_msg(changed == dirt[_i].changed, "\"%s\": %u", dirty, changed);
	arena_free(&a);
}
END_TEST

/* Random texts of what makes trouble: cleaning twice is cleaning once, whatever is left out; what comes out is UTF-8, and told to be changed when it is. */
START_TEST(twice_is_once_for_random_texts)
{
	static const uint32_t trouble[] = {' ', ' ', '\t', '\n', 1, 0x7F, 0x85, 0xA0, 0xA8, 0xAD, 0xB4, 0x300, 0x301, 0x308, 0x327, 0x345, 0x200B, 0x200C, 0x200D, 0x200E, 0x2002, 0x2028, 0x202E,
	    0x2060, 0x3000, 0x3001, 0x3099, 0x309B, 0xFEFF, 0xFF01, 0xFF21, 0xFF76, 0xFF9E, 0xFDFA, 0xAC00, 0x1100, 0x1161, 0x11A8, 0x1F600, 0xFE0F, 0x212B, 0x2F800, 0x5F20, 0x4E09, 'a', 'Z',
	    '0', '@', 0xE9, 0x3C2, 0x130};
	const char *given = getenv("LEADSCORE_TEST_SEED");
	uint64_t x = given ? strtoull(given, NULL, 10) : 20261122;
	printf("# seed %llu\n", (unsigned long long)x);
	struct arena *a = arena_new(0);
	for (int round = 0; round < 60000; round++) {
		char text[128];
		size_t n = 0;
		x = x * 6364136223846793005u + 1442695040888963407u;
		for (size_t k = (x >> 33) % 12; k > 0; k--) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			n += encode(trouble[(x >> 33) % (sizeof(trouble) / sizeof(trouble[0]))], text + n);
		}
		text[n] = '\0';
		for (unsigned without = 0; without < 8; without += 2) {
			unsigned first, second;
			char *once = text_clean_without(a, text, n, without, &first);
			char *twice = text_clean_without(a, once, strlen(once), without, &second);
			ck_assert(utf8_valid(once, strlen(once)));
			ck_assert_msg(strcmp(once, twice) == 0 && second == 0, "round %d, without %u: %s, then %s", round, without, once, twice);
			ck_assert_msg((first != 0) == (strlen(once) != n || memcmp(once, text, n) != 0), "round %d, without %u: %u", round, without, first);
			if (without == 0)
				ck_assert_str_eq(once, text_clean(a, text, n));
		}
		arena_reset(a);
	}
	arena_free(&a);
}
END_TEST

START_TEST(twice_is_once_for_every_character)
{
	struct arena *a = arena_new(0);
	for (uint32_t cp = 1; cp < 0x110000; cp++) {
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		if (cp == 0x32000)
			cp = 0xE0000;
		if (cp == 0xE1000)
			break;
		char s[16] = "e";
		size_t n = 1 + encode(cp, s + 1);
		memcpy(s + n, "\xCC\x81", 2);
		n += 2;
		arena_reset(a);
		char *clean = text_clean(a, s, n);
		char *fold = text_fold(a, s, n);
		if (!utf8_valid(clean, strlen(clean)) || strcmp(clean, text_clean(a, clean, strlen(clean))) != 0)
			ck_abort_msg("clean U+%04X", cp);
		if (!utf8_valid(fold, strlen(fold)) || strcmp(fold, text_fold(a, fold, strlen(fold))) != 0)
			ck_abort_msg("fold U+%04X", cp);
		if (strcmp(fold, text_fold(a, clean, strlen(clean))) != 0)
			ck_abort_msg("fold of clean U+%04X", cp);
	}
	arena_free(&a);
}
END_TEST

/* Terms joined with "|". */
static const char *joined(struct arena *a, const char *s, size_t max)
{
	char *list[100];
	size_t n = text_terms(a, s, strlen(s), list, max);
	char *all = arena_strdup(a, "");
	ck_assert_uint_le(n, max);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_le(strlen(list[i]), 64);
		ck_assert(utf8_valid(list[i], strlen(list[i])));
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(list[i], list[k]);
		all = arena_printf(a, "%s%s%s", all, i ? "|" : "", list[i]);
	}
	return all;
}

START_TEST(terms)
{
	static const struct row rows[] = {
	    {"", ""},
	    {" -- !", ""},
	    {"Zhang San", "zhang|san"},
	    {"Zhang ZHANG zhang", "zhang"},
	    {"white-paper_v2", "white|paper|v2"},
	    {"张三丰", "张三丰|三丰|丰"},
	    {"ABC公司", "abc|公司|司"},
	    {"３Ｍ中国", "3m|中国|国"},
	    {"田中さん", "田中さん|中さん|さん|ん"},
	    {"コーヒー", "コーヒー|ーヒー|ヒー|ー"},
	    {"김철수", "김철수|철수|수"},
	    {"佐々木", "佐々木|々木|木"},
	    {"\xF0\xA0\xAE\xB7"
	     "野家",
		"\xF0\xA0\xAE\xB7"
		"野家|野家|家"},
	    {"Ünïcode Ωmega", "ünïcode|ωmega"},
	    {"Zhang.San@Example.com", "zhang.san@example.com|zhang.san|example.com|zhang|san|example|com"},
	    {"<a@b.cn>, x", "a@b.cn|a|b.cn|b|cn|x"},
	    {"a@ @b @", "a|b"},
	    {"+8613800138000", "+8613800138000|8613800138000|13800138000"},
	    {"138-0013-8000", "13800138000|138|0013|8000"},
	    {"+1 (415) 555-2671", "+14155552671|14155552671|4155552671|1|415|555|2671"},
	    {"+999 12345678", "+99912345678|99912345678|999|12345678"},
	    {"room 12", "room|12"},
	    {"a1234567", "a1234567"},
	    {"电话13800138000转8", "13800138000|电话|话|转|8"},
	    {"+", ""},
	    {"1234567890123456", "1234567890123456"},
	};
	struct arena *a = arena_new(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(joined(a, rows[i].in, 100), rows[i].out);
	ck_assert_str_eq(joined(a, "张三丰 abc", 2), "张三丰|三丰");
	ck_assert_str_eq(joined(a, "张三丰", 0), "");
	arena_free(&a);
}
END_TEST

START_TEST(long_terms_are_cut)
{
	struct arena *a = arena_new(0);
	char s[301];
	for (size_t i = 0; i < 300; i++)
		s[i] = "中"[i % 3];
	s[300] = '\0';
	char *list[100];
	/* One hundred suffixes, of which the first 80 begin with the same 21 characters. */
	ck_assert_uint_eq(text_terms(a, s, 300, list, 100), 21);
	ck_assert_uint_eq(strlen(list[0]), 63);
	memset(s, 'x', 300);
	ck_assert_uint_eq(text_terms(a, s, 300, list, 100), 1);
	ck_assert_uint_eq(strlen(list[0]), 64);
	for (size_t i = 0; i < 300; i += 2)
		s[i] = (char)('a' + i / 2 % 26), s[i + 1] = i % 52 ? ' ' : 'q';
	ck_assert_uint_le(text_terms(a, s, 300, list, 7), 7);
	struct arena *tiny = arena_new(100);
	ck_assert_uint_eq(text_terms(tiny, "abc", 3, list, 100), 0);
	arena_free(&tiny);
	arena_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/text");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 240);
	tcase_add_test(t, every_scalar_value_is_valid_and_no_surrogate);
	tcase_add_test(t, invalid_bytes);
	tcase_add_test(t, cuts_between_characters);
	tcase_add_test(t, cleaning);
	tcase_add_test(t, folding);
	tcase_add_loop_test(t, what_cleaning_did_is_told, 0, sizeof(dirt) / sizeof(dirt[0]));
	tcase_add_test(t, twice_is_once_for_random_texts);
	tcase_add_test(t, twice_is_once_for_every_character);
	tcase_add_test(t, terms);
	tcase_add_test(t, long_terms_are_cut);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
