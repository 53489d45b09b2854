/* Where a number in E.164 belongs. */
#include "base/contact.h"
#include "phone_priv.h"
#include "text_priv.h"

#include <string.h>

/* Area codes of the North American plan (nationalnanpa.com) that are not those of the United States; those of services have no country. */
static const struct {
	const char *codes; /* of three digits, one after another */
	const char *iso;
} areas[] = {
    {"204226236249250257263289306343354365367368382387403416418428431437438450460468474506514519537548568579581584587604613639647672683705709742753778780782807819"
     "825867873879902905942",
	"CA"},
    {"242", "BS"}, {"246", "BB"}, {"264", "AI"}, {"268", "AG"}, {"284", "VG"}, {"340", "VI"}, {"345", "KY"}, {"441", "BM"}, {"473", "GD"}, {"649", "TC"},
    {"658876", "JM"}, {"664", "MS"}, {"670", "MP"}, {"671", "GU"}, {"684", "AS"}, {"721", "SX"}, {"758", "LC"}, {"767", "DM"}, {"784", "VC"}, {"787939", "PR"},
    {"809829849", "DO"}, {"868", "TT"}, {"869", "KN"},
    {"456500521522523524525526527528529532533535538542543544545546547549550552553554556566569577578588589600622700710800822833844855866877880881882883884885886887"
     "888889900",
	NULL}};

/* Of the countries behind one calling code the one that has most of its numbers, where it is not the first in the table of plans. */
static const struct {
	const char *code, *iso;
} main_countries[] = {{"262", "RE"}, {"290", "SH"}, {"590", "GP"}, {"599", "CW"}, {"672", "NF"}};

static const char *north_america(const char *digits, size_t n)
{
	if (n != 10)
		return NULL;
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
		for (const char *c = areas[i].codes; *c; c += 3)
			if (memcmp(c, digits, 3) == 0)
				return areas[i].iso;
	return "US";
}

const char *phone_country_of(const char *phone, size_t n)
{
	if (n < 8 || phone[0] != '+')
		return NULL;
	for (size_t i = 1; i < n; i++)
		if (!ascii_digit(phone[i]))
			return NULL;
	const struct phone_country *c = phone_country_by_digits(phone + 1, n - 1);
	if (!c || !*c->iso)
		return NULL;
	if (strcmp(c->code, "1") == 0)
		return north_america(phone + 2, n - 2);
	/* Kazakhstan has 76 and 77 of the plan that it shares. */
	if (strcmp(c->code, "7") == 0)
		return phone[2] == '6' || phone[2] == '7' ? "KZ" : "RU";
	for (size_t i = 0; i < sizeof(main_countries) / sizeof(main_countries[0]); i++)
		if (strcmp(main_countries[i].code, c->code) == 0)
			return main_countries[i].iso;
	return c->iso;
}
