/* Domains of mail and names of offices, looked up in sorted lists. */
#include "base/contact.h"
#include "text_priv.h"

#include <stdlib.h>
#include <string.h>

static const char *const free_domains[] = {
#define FREE(domain) domain,
#define DISPOSABLE(domain)
#include "mail_domains.h"
#undef FREE
#undef DISPOSABLE
};

static const char *const disposable_domains[] = {
#define FREE(domain)
#define DISPOSABLE(domain) domain,
#include "mail_domains.h"
#undef FREE
#undef DISPOSABLE
};

/* Without the signs between words and up to two digits at the end; sorted bytewise. */
static const char *const offices[] = {"abuse", "account", "accounting", "accounts", "admin", "administracion", "administration", "administrator",
    "all", "anfrage", "bangong", "bangongshi", "bd", "billing", "booking", "bookings", "buero", "business", "buyer", "buyers", "caigou", "caiwu",
    "career", "careers", "ceshi", "commercial", "company", "compliance", "compras", "comptabilite", "contact", "contacto", "contactus", "contato",
    "cs", "cservice", "customercare", "customerservice", "customersupport", "daemon", "data", "dev", "devnull", "direccion", "direction",
    "donotreply", "einkauf", "email", "enquiries", "enquiry", "events", "export", "facturacion", "feedback", "finance", "frontdesk", "gongsi",
    "hello", "help", "helpdesk", "hostmaster", "hr", "humanresources", "import", "info", "infomail", "information", "inquiries", "inquiry",
    "investor", "investors", "ir", "it", "itsupport", "jiaoyu", "job", "jobs", "jubao", "kefu", "kontakt", "legal", "list", "logistics", "mail",
    "mailbox", "mailerdaemon", "mailinglist", "management", "market", "marketing", "media", "newsletter", "nobody", "noc", "noreply", "notification",
    "notifications", "office", "ops", "order", "orders", "partner", "partners", "partnership", "payroll", "post", "postmaster", "pr", "press",
    "privacy", "procurement", "purchase", "purchasing", "qa", "quote", "quotes", "reception", "recruit", "recruiting", "recruitment", "register",
    "registration", "renshi", "reply", "reservations", "returns", "root", "rrhh", "sale", "sales", "salesteam", "secretariat", "security", "service",
    "services", "shangwu", "shichang", "shichangbu", "shop", "shouhou", "spam", "staff", "store", "subscribe", "supply", "support", "sysadmin",
    "team", "tech", "technical", "techsupport", "test", "trade", "undisclosedrecipients", "unsubscribe", "vendas", "ventas", "verkauf", "vertrieb",
    "web", "webadmin", "webmaster", "welcome", "wuliu", "www", "xiaoshou", "xiaoshoubu", "xingzheng", "yewu", "yunying", "zhaopin", "zhaoshang"};

static const char *const chinese_offices[] = {"人事", "人力资源", "公司", "前台", "办公室", "售后", "售后服务", "商务", "客服", "客户服务", "市场", "市场部", "招聘", "招商", "采购",
    "采购部", "销售", "销售部", "财务", "财务部", "管理员", "联系我们", "行政"};

struct word {
	const char *s;
	size_t n;
};

static int compare(const void *key, const void *entry)
{
	const struct word *w = key;
	const char *e = *(const char *const *)entry;
	size_t n = strlen(e);
	int c = memcmp(w->s, e, w->n < n ? w->n : n);
	return c ? c : (w->n > n) - (w->n < n);
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define LISTED(list, s, n) (bsearch(&(struct word){(s), (n)}, (list), COUNT(list), sizeof((list)[0]), compare) != NULL)

enum mail_domain mail_domain_here(const char *domain, size_t n)
{
	if (LISTED(disposable_domains, domain, n))
		return MAIL_DOMAIN_DISPOSABLE;
	return LISTED(free_domains, domain, n) ? MAIL_DOMAIN_FREE : MAIL_DOMAIN_OTHER;
}

enum mail_domain mail_domain_of(const char *domain, size_t n)
{
	for (;;) {
		enum mail_domain here = mail_domain_here(domain, n);
		if (here != MAIL_DOMAIN_OTHER)
			return here;
		const char *dot = memchr(domain, '.', n);
		if (!dot)
			return MAIL_DOMAIN_OTHER;
		n -= (size_t)(dot + 1 - domain);
		domain = dot + 1;
	}
}

#define OFFICE_MAX 64

bool mail_local_is_role(const char *local, size_t n)
{
	char word[OFFICE_MAX];
	size_t len = 0;
	const char *plus = memchr(local, '+', n);
	if (plus)
		n = (size_t)(plus - local);
	if (n > OFFICE_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr(".-_", local[i]))
			word[len++] = ascii_lower(local[i]);
	for (int digits = 0; digits < 2 && len > 0 && ascii_digit(word[len - 1]); digits++)
		len--;
	if (LISTED(offices, word, len))
		return true;
	for (size_t i = 0; i < COUNT(chinese_offices); i++)
		if (strlen(chinese_offices[i]) == len && memcmp(chinese_offices[i], word, len) == 0)
			return true;
	return false;
}
