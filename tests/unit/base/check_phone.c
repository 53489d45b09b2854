/* base/text: phone numbers to E.164. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *typed;
	const char *country;
	const char *e164; /* NULL: refused */
} rows[] = {
    /* Chinese mobiles in all their spellings */
    {"13800138000", "CN", "+8613800138000"},
    {"13800138000", "cn", "+8613800138000"},
    {"0086-138-0013-8000", "CN", "+8613800138000"},
    {"+86 138 0013 8000", NULL, "+8613800138000"},
    {"１３８００１３８０００", "CN", "+8613800138000"},
    {"＋８６　１３８－００１３－８０００", NULL, "+8613800138000"},
    {"(86)13800138000", "CN", "+8613800138000"},
    {"（86）138.0013.8000", "CN", "+8613800138000"},
    {"(+86) 138-0013-8000", "CN", "+8613800138000"},
    {"+(86)13800138000", "CN", "+8613800138000"},
    {"[86] 13800138000", "CN", "+8613800138000"},
    {"8613800138000", "CN", "+8613800138000"},
    {"86-138-0013-8000", "CN", "+8613800138000"},
    {"013800138000", "CN", "+8613800138000"},
    {"+86013800138000", "CN", "+8613800138000"},
    {"+0086 13800138000", "CN", "+8613800138000"},
    {"  138 0013 8000\n", "CN", "+8613800138000"},
    {"\xE2\x80\xAD"
     "13800138000\xE2\x80\xAC",
	"CN", "+8613800138000"},
    {"138\xE2\x80\x91"
     "0013\xE2\x80\x93"
     "8000",
	"CN", "+8613800138000"},
    {"19912345678", "CN", "+8619912345678"},
    {"+86 138 0013 8000", "US", "+8613800138000"},
    {"\xD9\xA1\xD9\xA3\xD9\xA8\xD9\xA0\xD9\xA0\xD9\xA1\xD9\xA3\xD9\xA8\xD9\xA0\xD9\xA0\xD9\xA0", "CN",
	"+8613800138000"},
    {"12800138000", "CN", NULL},
    {"11000000000", "CN", NULL},
    {"1380013800", "CN", NULL},
    {"138001380000", "CN", NULL},
    {"+86 128 0013 8000", NULL, NULL},
    {"23800138000", "CN", NULL},
    {"13800138000", NULL, NULL},
    {"13800138000", "", NULL},
    {"13800138000", "ZZ", NULL},
    {"13800138000", "CHN", NULL},
    /* Chinese landlines and services */
    {"010-12345678", "CN", "+861012345678"},
    {"0755 8888 6666", "CN", "+8675588886666"},
    {"(0755) 8888-6666", "CN", "+8675588886666"},
    {"021 6123 4567", "CN", "+862161234567"},
    {"0571-8765432", "CN", "+865718765432"},
    {"+86 755 88886666", "CN", "+8675588886666"},
    {"+86 (0)755 88886666", "CN", "+8675588886666"},
    {"86 0755 88886666", "CN", "+8675588886666"},
    {"86 755 88886666", "CN", "+8675588886666"},
    {"+86 10 1234 5678", NULL, "+861012345678"},
    {"400-800-8800", "CN", "+864008008800"},
    {"4008008800", "CN", "+864008008800"},
    {"+86 400 800 8800", "CN", "+864008008800"},
    {"800-820-8820", "CN", "+868008208820"},
    {"88886666", "CN", NULL},
    {"755 8888 6666", "CN", NULL},
    {"010-1234567", "CN", NULL},
    {"010-123456789", "CN", NULL},
    {"0755-888866", "CN", NULL},
    {"0755-888866667", "CN", NULL},
    {"0755-08886666", "CN", NULL},
    {"95588", "CN", NULL},
    {"110", "CN", NULL},
    {"00755 88886666", "CN", "+75588886666"}, /* two zeros lead abroad */
    /* the neighbours */
    {"9123 4567", "HK", "+85291234567"},
    {"85291234567", "HK", "+85291234567"},
    {"+852 9123 4567", "CN", "+85291234567"},
    {"0912-345-678", "TW", "+886912345678"},
    {"+886 0912 345 678", NULL, "+886912345678"},
    {"090-1234-5678", "JP", "+819012345678"},
    {"010-1234-5678", "KR", "+821012345678"},
    {"8123 4567", "SG", "+6581234567"},
    {"098765 43210", "IN", "+919876543210"},
    {"919876543210", "IN", "+919876543210"},
    /* North America */
    {"(415) 555-2671", "US", "+14155552671"},
    {"1-415-555-2671", "US", "+14155552671"},
    {"+1 415.555.2671", NULL, "+14155552671"},
    {"+1 (1)415 555 2671", NULL, "+14155552671"},
    {"876-555-1234", "JM", "+18765551234"},
    {"011 86 138 0013 8000", "US", "+8613800138000"},
    {"115 555 2671", "US", NULL},
    {"415 155 2671", "US", NULL},
    {"415 555 267", "US", NULL},
    {"415 555 26712", "US", NULL},
    /* trunk prefixes */
    {"020 7946 0000", "GB", "+442079460000"},
    {"+44 (0)20 7946 0000", NULL, "+442079460000"},
    {"00442079460000", "DE", "+442079460000"},
    {"030 123456", "DE", "+4930123456"},
    {"01 23 45 67 89", "FR", "+33123456789"},
    {"33123456789", "FR", "+33123456789"},
    {"06 698 12345", "IT", "+390669812345"},
    {"+39 06 698 12345", NULL, "+390669812345"},
    {"0549 882 914", "SM", "+3780549882914"},
    {"06 698 12345", "VA", "+390669812345"},
    {"8 (912) 345-67-89", "RU", "+79123456789"},
    {"+7 8 912 345 67 89", NULL, "+79123456789"},
    {"79123456789", "RU", "+79123456789"},
    {"812 345 67 89", "RU", "+78123456789"},
    {"+7 812 345 67 89", NULL, "+78123456789"},
    {"8 701 234 5678", "KZ", "+77012345678"},
    {"+7 912 345 67", NULL, NULL},
    {"8 029 123 45 67", "BY", "+375291234567"},
    {"029 123 45 67", "BY", "+375291234567"},
    {"8 612 34567", "LT", "+37061234567"},
    {"0 612 34567", "LT", "+37061234567"},
    {"06 1 234 5678", "HU", "+3612345678"},
    {"30 123 4567", "HU", "+36301234567"},
    {"55 1234 5678", "MX", "+525512345678"},
    {"612 345 678", "ES", "+34612345678"},
    {"07 12 34 56 78", "CI", "+2250712345678"},
    {"(11) 91234-5678", "BR", "+5511912345678"},
    {"0412 345 678", "AU", "+61412345678"},
    {"+800 1234 5678", NULL, "+80012345678"},
    {"+44 00 20 7946 0000", NULL, NULL},
    /* what is no number */
    {"", "CN", NULL},
    {"   ", "CN", NULL},
    {"+", "CN", NULL},
    {"()", "CN", NULL},
    {"00", "CN", NULL},
    {"000", "CN", NULL},
    {"+86", "CN", NULL},
    {"+0", "CN", NULL},
    {"+210 1234 5678", NULL, NULL},
    {"+999 1234 5678", NULL, NULL},
    {"+683 4000", NULL, NULL},
    {"+49 1234567890123", NULL, "+491234567890123"},
    {"+49 12345678901234", NULL, NULL},
    {"111111111111111111111111111111111111111111", "CN", NULL},
    {"13800138000 ext 12", "CN", NULL},
    {"13800138000x12", "CN", NULL},
    {"0755-88886666转12", "CN", NULL},
    {"0755-88886666#12", "CN", NULL},
    {"0755-88886666,12", "CN", NULL},
    {"tel:+8613800138000", "CN", NULL},
    {"13800138000/13900139000", "CN", NULL},
    {"1-800-FLOWERS", "US", NULL},
    {"138+00138000", "CN", NULL},
    {"++8613800138000", "CN", NULL},
    {"(138 0013 8000", "CN", NULL},
    {"138) 0013 8000", "CN", NULL},
    {"((86)) 13800138000", "CN", NULL},
    {"(86] 13800138000", "CN", NULL},
    {"13800138000\xFF", "CN", NULL},
    {"13800138000*", "CN", NULL},
};

START_TEST(rows_hold)
{
	struct arena *a = arena_new(0);
	char *phone = NULL;
	struct err e = {0};
	enum status st = phone_normalise(a, rows[_i].typed, strlen(rows[_i].typed), rows[_i].country, &phone, &e);
	if (rows[_i].e164) {
		ck_assert_msg(st == ST_OK, "%s: %s", rows[_i].typed, e.detail);
		ck_assert_str_eq(phone, rows[_i].e164);
		/* Canonical: what came out goes in, whatever the country. */
		char *again = NULL;
		ck_assert_int_eq(phone_normalise(a, phone, strlen(phone), "IT", &again, &e), ST_OK);
		ck_assert_str_eq(again, phone);
	} else {
		ck_assert_msg(st == ST_INVALID, "%s: %s", rows[_i].typed, phone);
		ck_assert_str_eq(e.code, "phone_invalid");
		ck_assert_uint_gt(strlen(e.detail), 20);
		ck_assert_ptr_null(phone);
		ck_assert_int_eq(
		    phone_normalise(a, rows[_i].typed, strlen(rows[_i].typed), rows[_i].country, &phone, NULL),
		    ST_INVALID);
	}
	arena_free(&a);
}
END_TEST

START_TEST(a_nul_is_no_digit)
{
	struct arena *a = arena_new(0);
	char *phone;
	ck_assert_int_eq(phone_normalise(a, "13800138000\0", 12, "CN", &phone, NULL), ST_INVALID);
	arena_free(&a);
}
END_TEST

START_TEST(out_of_memory_is_told)
{
	struct arena *a = arena_new(16);
	char *phone = NULL;
	struct err e;
	ck_assert_int_eq(phone_normalise(a, "13800138000", 11, "CN", &phone, &e), ST_NOMEM);
	ck_assert_ptr_null(phone);
	arena_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/phone");
	TCase *t = tcase_create("all");
	tcase_add_loop_test(t, rows_hold, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, a_nul_is_no_digit);
	tcase_add_test(t, out_of_memory_is_told);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
