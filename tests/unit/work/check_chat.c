/* What chat robots have in common: signatures, sizes, words. */
#include <check.h>
#include <stdlib.h>

#include "../../../src/work/chat.h"
#include "base/text.h"

/* Feishu's first is published with go-lark; DingTalk's first with CatchZeng/dingtalk. The others are computed with
 * another implementation of HMAC. */
START_TEST(test_signatures)
{
	struct buf b = BUF_INIT;
	ck_assert(chat_sign_feishu("xxx", 1661860880, &b));
	ck_assert_str_eq(b.data, "QnWVTSBe6FmQDE0bG6X0mURbI+DnvVyu1h+j5dHOjrU=");
	buf_clear(&b);
	ck_assert(chat_sign_feishu("密钥 secret", 1602321600, &b));
	ck_assert_str_eq(b.data, "68cCZs+bSE6Anik3kvgXmbWz0jJTSAdO76Mz48EJaiM=");
	buf_clear(&b);
	ck_assert(chat_sign_dingtalk(
	    "SECb90923e19e58b466481e9e7b7a5b4f108a4531abde590ad3967fb29f0eae5c68", INT64_C(1582163555000), &b));
	ck_assert_str_eq(b.data, "BQKsG%2BQOCl%2BbYJOLc6pxDHxjVquzlZPWgvRzeN2J5zY%3D");
	buf_clear(&b);
	ck_assert(chat_sign_dingtalk("this is secret", INT64_C(1577808000001), &b));
	ck_assert_str_eq(b.data, "LvGUmwFOo3aEajh%2FY8Qr%2BeKRJnvacY2grMv35ywmM%2Fw%3D");
	buf_free(&b);
}
END_TEST

static void cut_is(const char *text, size_t max, enum chat_measure measure, const char *want)
{
	struct buf b = BUF_INIT;
	buf_puts(&b, text);
	chat_cut(&b, max, measure);
	ck_assert_msg(buf_ok(&b) && !strcmp(b.data, want), "%zu of \"%s\": \"%s\"", max, text, b.data);
	buf_free(&b);
}

START_TEST(test_cut)
{
	cut_is("abcdef", 6, CHAT_BYTES, "abcdef");
	cut_is("abcdefg", 6, CHAT_BYTES, "abc…");
	cut_is("线索线索", 12, CHAT_BYTES, "线索线索");
	cut_is("线索线索", 11, CHAT_BYTES, "线索…");
	cut_is("线索线索", 8, CHAT_BYTES, "线…");
	cut_is("线索线索", 3, CHAT_CHARACTERS, "线索…");
	cut_is("线索线索", 4, CHAT_CHARACTERS, "线索线索");
	cut_is("a\"\"\"\"", 9, CHAT_JSON, "a\"\"\"\"");
	cut_is("a\"\"\"\"", 8, CHAT_JSON, "a\"\"…");
	cut_is("e\xCC\x81"
	       "e\xCC\x81"
	       "e\xCC\x81",
	    8, CHAT_BYTES, "e\xCC\x81…");                         /* a letter and its accent */
	cut_is("👨‍👩‍👧 family", 20, CHAT_BYTES, "…"); /* one person more is another picture */
	cut_is("AT&amp;T and more", 8, CHAT_BYTES, "AT…");
	cut_is("AT&amp;T and more", 10, CHAT_BYTES, "AT&amp;…");
	cut_is("a; b & c and more", 8, CHAT_BYTES, "a; b …");
	cut_is("abcdef", 3, CHAT_BYTES, "…");
}
END_TEST

/* Whatever is cut, at whatever size: it fits, is text, and is a beginning of what it was. */
START_TEST(test_cut_any)
{
	unsigned seed = (unsigned)(getenv("SEED") ? atoi(getenv("SEED")) : 20260);
	static const char *const parts[] = {"a", "é", "线", "😀", "👩‍💻", "\"", "\n", "&amp;", "\\", " "};
	for (int round = 0; round < 2000; round++) {
		struct buf b = BUF_INIT, whole = BUF_INIT;
		unsigned state = seed + (unsigned)round;
		for (int n = rand_r(&state) % 60; n-- > 0;)
			buf_puts(&b, parts[(unsigned)rand_r(&state) % (sizeof parts / sizeof parts[0])]);
		buf_puts(&b, "!");
		buf_put(&whole, b.data, b.len);
		enum chat_measure m = (enum chat_measure)(rand_r(&state) % 3);
		size_t max = 3 + (size_t)rand_r(&state) % 100, before = chat_size(b.data, b.len, m);
		chat_cut(&b, max, m);
		ck_assert_msg(buf_ok(&b) && utf8_valid(b.data, b.len), "SEED=%u round %d", seed, round);
		ck_assert_msg(chat_size(b.data, b.len, m) <= max, "SEED=%u round %d", seed, round);
		if (before <= max)
			ck_assert_msg(!strcmp(b.data, whole.data), "SEED=%u round %d", seed, round);
		else
			ck_assert_msg(!strncmp(b.data, whole.data, b.len - 3) && !strcmp(b.data + b.len - 3, "…"),
			    "SEED=%u round %d", seed, round);
		buf_free(&b);
		buf_free(&whole);
	}
}
END_TEST

/* Every type has words in both languages, and they are templates. */
START_TEST(test_words)
{
	static const char *const roots[] = {"type", "data", "lead", NULL};
	static const char *const types[] = {"lead.created", "stage.mql", "stage.sal", "tier.changed", "handoff.created",
	    "handoff.breached", "handoff.something", "segment.entered", "webhook.test", "unheard.of"};
	struct err e;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct chat_words zh = chat_words("zh-CN", types[i]), en = chat_words("en", types[i]);
		ck_assert_int_eq(template_check(zh.title, roots, "", &e), ST_OK);
		ck_assert_int_eq(template_check(en.title, roots, "", &e), ST_OK);
		ck_assert_int_eq(template_check(zh.text, roots, "", &e), ST_OK);
		ck_assert_int_eq(template_check(en.text, roots, "", &e), ST_OK);
	}
	ck_assert_ptr_ne(strstr(chat_words("zh-CN", "stage.mql").title, "市场合格线索"), NULL);
	ck_assert_ptr_ne(strstr(chat_words("en", "handoff.something").title, "Handoff ({{/type}})"), NULL);
	struct buf b = BUF_INIT;
	chat_words_digest("zh-CN", 12, &b);
	ck_assert_str_eq(b.data, "12 条消息");
	buf_free(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("chat");
	TCase *c = tcase_create("pure");
	tcase_add_test(c, test_signatures);
	tcase_add_test(c, test_cut);
	tcase_add_test(c, test_cut_any);
	tcase_add_test(c, test_words);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
