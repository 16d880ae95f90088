/* The sentences of the product. */
#include "shop/text.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/currency.h"

#include <string.h>

#define MAX_TEXT_BYTES 8192

/* By designator, so the order here is free and a text that is missing is NULL,
 * which a test looks for. All of it is plain text: names of products and words
 * of people are filled in, and nothing they contain can be taken for markup. */
static const char *const uk[TEXT__COUNT] = {
	[TEXT_INVITE] =
	    "✅ Оплату підтверджено!\n\n"
	    "Ласкаво просимо до закритого курсу «{product}».\n\n"
	    "Ваше посилання на приватний канал:\n{link}\n\n"
	    "Якщо посилання не відкривається, напишіть боту /help.\n\n"
	    "Коуч готовий відповісти на ваші запитання щодо уроків.",
	[TEXT_WELCOME] =
	    "Вітаємо! Це курс «{product}».\n\n"
	    "Натисніть кнопку або надішліть /pay, щоб отримати посилання на "
	    "оплату. Запрошення до приватного каналу прийде сюди одразу після "
	    "оплати.",
	[TEXT_WELCOME_MANY] = "Вітаємо! Оберіть, до чого відкрити доступ.",
	[TEXT_BUY_CHOICE] = "💳 {product}",
	[TEXT_BUY_BUTTON] = "Купити доступ",
	[TEXT_PAY] = "Оплата курсу «{product}»:\n{url}",
	[TEXT_PAY_BUTTON] = "💳 Перейти до оплати",
	[TEXT_ALREADY_PAID] = "Ви вже маєте доступ до курсу «{product}». "
			      "Надішліть /help, щоб отримати посилання ще раз.",
	[TEXT_STATUS_PAID] = "✅ Доступ до курсу «{product}» відкрито. "
			     "Надішліть /help, щоб отримати посилання ще раз.",
	[TEXT_STATUS_UNTIL] = "✅ Доступ до курсу «{product}» відкрито до "
			      "{until}. Надішліть /help, щоб отримати "
			      "посилання ще раз.",
	[TEXT_STATUS_RENEWS] =
	    "✅ Доступ до курсу «{product}» відкрито. Підписку оплачено до "
	    "{until}, далі вона поновиться сама. Надішліть /help, щоб "
	    "отримати посилання ще раз.",
	[TEXT_STATUS_UNPAID] = "Доступу до курсу «{product}» поки немає. "
			       "Надішліть /pay, щоб оплатити.",
	[TEXT_STATUS_WAITING] =
	    "⏳ Оплата курсу «{product}» обробляється банком. "
	    "Щойно її буде підтверджено, запрошення прийде сюди.",
	[TEXT_HINT] =
	    "Я розумію такі команди:\n/pay — оплатити\n/status — стан "
	    "доступу\n/help — допомога",
	[TEXT_HELP_UNPAID] =
	    "Оплати курсу «{product}» ми поки не бачимо.\n\n"
	    "Якщо ви ще не платили, надішліть /pay. Якщо кошти вже списано, "
	    "зачекайте кілька хвилин і надішліть /help ще раз.\n\n{support}",
	[TEXT_HELP_LATER] =
	    "Зараз не вдається перевірити оплату: платіжна система не "
	    "відповідає. Якщо ви оплатили, оплату не втрачено: ми перевіримо "
	    "її самі й надішлемо запрошення.\n\n{support}",
	[TEXT_PROCESSING] =
	    "⏳ Дякуємо! Банк ще обробляє оплату курсу «{product}». "
	    "Щойно її буде підтверджено, запрошення прийде сюди.",
	[TEXT_FAILED] =
	    "Банк не підтвердив оплату курсу «{product}», кошти не списано. "
	    "Надішліть /pay, щоб спробувати ще раз.",
	[TEXT_REFUNDED] = "Оплату курсу «{product}» повернуто, тому доступ "
			  "закрито.\n\n{support}",
	[TEXT_DISPUTED] =
	    "Банк повідомив, що платіж за «{product}» оскаржено, тому доступ "
	    "призупинено. Якщо суперечку буде закрито на користь оплати, "
	    "доступ повернеться.{support}",
	[TEXT_ALERT_SALE] = "💰 Продаж: «{product}», {amount}. "
			    "Покупець {buyer}, замовлення {order}.",
	[TEXT_ALERT_FORGOTTEN] =
	    "⚠️ Оплачено замовлення {order} («{product}», {amount}) людини, "
	    "дані якої вилучено через admit forget. Доступу не відкрито; "
	    "повернути гроші: admit refund {order}.",
	[TEXT_ALERT_UNKNOWN] =
	    "⚠️ Оплачено «{product}», а такого товару в налаштуваннях немає: "
	    "покупець {buyer}, замовлення {order}. Доступ відкриється, коли "
	    "товар із цим іменем з'явиться в PRODUCTS_FILE.",
	[TEXT_ALERT_REFUND] =
	    "↩️ Повернення: «{product}», усього {amount}. "
	    "Покупець {buyer}, замовлення {order}.",
	[TEXT_ALERT_INQUIRY] =
	    "❔ Запит банку щодо «{product}»: покупець {buyer}, замовлення "
	    "{order}. Гроші ще на місці; відповісти до {due}.",
	[TEXT_ALERT_DISPUTE] =
	    "⚠️ Платіж оскаржено: «{product}», покупець {buyer}, замовлення "
	    "{order}. Докази в Stripe подати до {due}.",
	[TEXT_ALERT_DISPUTE_LOST] =
	    "⚠️ Суперечку програно: «{product}», "
	    "покупець {buyer}, замовлення {order}.",
	[TEXT_ALERT_DISPUTE_WON] = "✅ Суперечку закрито без втрат: "
				   "«{product}», покупець {buyer}, замовлення "
				   "{order}.",
	[TEXT_ALERT_FRAUD] =
	    "⚠️ Stripe попереджає про можливе шахрайство: «{product}», "
	    "покупець {buyer}, замовлення {order}, платіж {payment}.",
	[TEXT_ALERT_SILENCE] =
	    "⚠️ Подій Stripe про ваші замовлення, що не дійшли: {amount}. Їх уже "
	    "враховано. Перевірте вебхук у Stripe: чи адреса {url} і чи "
	    "той самий секрет.",
	[TEXT_REVOKED] =
	    "Доступ до «{product}» припинено адміністратором. {support}",
	[TEXT_ENDED] =
	    "Термін доступу до «{product}» закінчився. Щоб повернутися, "
	    "надішліть /pay.\n\n{support}",
	[TEXT_ENDED_UNPAID] =
	    "Підписку на «{product}» не оплачено, тому доступ закрито. Щоб "
	    "повернутися, надішліть /pay.\n\n{support}",
	[TEXT_REMINDER] =
	    "⏳ Доступ до «{product}» діє до {until} і сам не поновиться. "
	    "Керувати підпискою можна через /status; коли термін мине, "
	    "повернутися можна через /pay.",
	[TEXT_DUNNING] =
	    "⚠️ Не вдалося списати оплату підписки на «{product}». Доступ "
	    "діє до {until}. Щоб його не втратити, оплатіть рахунок:\n{url}",
	[TEXT_DUNNING_OUT] =
	    "⚠️ Не вдалося списати оплату підписки на «{product}», доступ "
	    "закрито. Щоб повернутися, оплатіть рахунок:\n{url}",
	[TEXT_DUNNING_BUTTON] = "💳 Оплатити рахунок",
	[TEXT_PORTAL] = "Керування підпискою — картка, рахунки, скасування. "
			"Сторінка діє кілька хвилин і лише для вас:\n{url}",
	[TEXT_PORTAL_BUTTON] = "⚙️ Відкрити",
	[TEXT_PORTAL_CHOICE] =
	    "⚙️ Керувати підпискою «{product}»",
	[TEXT_PORTAL_FAILED] =
	    "Сторінку керування підпискою зараз не вдається відкрити. "
	    "Спробуйте, будь ласка, пізніше.\n\n{support}",
	[TEXT_STARS_BUTTON] = "⭐ {amount} Telegram Stars",
	[TEXT_STARS_PLAN] =
	    "«{product}» за підпискою: {amount} Telegram Stars кожні 30 днів. "
	    "Скасувати можна будь-коли в налаштуваннях Telegram, сплачене "
	    "діє до кінця.\n\n{url}",
	[TEXT_STARS_DESCRIPTION] =
	    "Доступ до закритого каналу «{product}». Запрошення надійде сюди.",
	[TEXT_STARS_WRONG_PRICE] =
	    "Ціна змінилася. Надішліть /pay, щоб отримати новий рахунок.",
	[TEXT_STARS_NOT_SOLD] = "Це більше не продається. Надішліть /pay.",
	[TEXT_STARS_PAID_BEFORE] =
	    "Ви вже маєте доступ. Надішліть /help, щоб отримати запрошення.",
	[TEXT_PAYSUPPORT] =
	    "З питань оплати й повернення коштів звертайтеся до продавця, не "
	    "до підтримки Telegram. Не прийшло запрошення — надішліть /help. "
	    "{support}",
	[TEXT_TERMS] =
	    "Ви купуєте доступ до закритого каналу «{product}» для себе; "
	    "запрошення не можна передавати. Якщо кошти повернуто чи платіж "
	    "оскаржено, доступ припиняється. Про повернення: /paysupport. "
	    "{support}",
	[TEXT_PRIVACY] =
	    "Ми зберігаємо номер вашого облікового запису Telegram, мову, "
	    "замовлення та стан доступу — більше нічого: ні імені, ні пошти, "
	    "ні картки. Запитання до коуча зберігаємо годину; те, на яке "
	    "відповіді не знайшлося, — без вашого номера. Усе це ми вилучимо "
	    "на ваше прохання. {support}",
	[TEXT_UNINVITED] =
	    "Це запрошення було для іншої людини, тому запит до каналу "
	    "«{product}» відхилено. Щоб отримати власний доступ, надішліть "
	    "/pay.\n\n{support}",
	[TEXT_TOO_MANY] =
	    "Telegram не дає впустити вас до каналу «{product}»: у вас забагато "
	    "каналів і груп (у Telegram є межа). Вийдіть із тих, що не потрібні, "
	    "і відкрийте посилання ще раз або надішліть /help.\n\n{support}",
	[TEXT_ALERT_RIGHTS] =
	    "⚠️ Бот не має прав у каналі {chat}: потрібно бути "
	    "адміністратором із правами запрошувати й видаляти учасників. "
	    "Запрошення чекають.",
	[TEXT_ALERT_CHANNEL] =
	    "⚠️ Каналу {chat} для бота немає: номер хибний, або бота звідти "
	    "вилучено. Додайте бота адміністратором чи виправте номер. "
	    "Запрошення чекають.",
	[TEXT_ALERT_REFUSED] =
	    "⚠️ Telegram відмовляє боту в каналі {chat}: {why}. Бот пробуватиме "
	    "далі; що чекає, показує admit status.",
	[TEXT_ALERT_PARKED] =
	    "⚠️ Відкладено ({what}), покупець {buyer}: {why}",
	[TEXT_ALERT_PRODUCTS] =
	    "⚠️ Новий файл продуктів не прочитано, діють попередні: {why}",
	[TEXT_ALERT_STAYS] =
	    "⚠️ Telegram не дає вилучити покупця {buyer} з каналу {chat} або "
	    "не каже, чи він там. Перевірте канал і видаліть його вручну.",
	[TEXT_ALERT_MORE] = "🔕 Ще {amount} за годину: {what}. Подробиці: "
			    "admit status, admit orders.",
	[TEXT_ALERT_ENDED] = "👋 Доступ закінчився: «{product}», покупець "
			     "{buyer}, замовлення {order}.",
	[TEXT_ALERT_UNPAID] =
	    "👋 Підписку не оплачено, доступ закрито: «{product}», покупець "
	    "{buyer}, замовлення {order}.",
	[TEXT_ALERT_KEY] =
	    "⚠️ Ключ Stripe не має права читати підписки. Обмеженому ключу "
	    "потрібні Subscriptions та Invoices: read.",
	[TEXT_ALERT_KEY_RIGHT] =
	    "⚠️ Ключ Stripe не має права читати: {what}. Те, що не дійшло до "
	    "вебхука, звідти вже не добрати. Дайте обмеженому ключу це право "
	    "(read) або вкажіть інший.",
	[TEXT_ALERT_PORTAL] =
	    "⚠️ Сторінка керування підпискою не відкривається. Увімкніть її в "
	    "Stripe (Settings, Billing, Customer portal); обмеженому ключу "
	    "потрібне Customer portal: write.",
	[TEXT_COACH_QUOTES] = "Ось що про це сказано в уроках:",
	[TEXT_COACH_SOURCE] = "📖 Урок {number} «{lesson}»",
	[TEXT_COACH_SOURCE_PLAIN] = "📖 «{lesson}»",
	[TEXT_COACH_NOT_FOUND] =
	    "В уроках відповіді на це запитання немає. Спробуйте поставити "
	    "його інакше або запитайте людину.\n\n{support}",
	[TEXT_COACH_NO_ACCESS] =
	    "Коуч відповідає учасникам курсу «{product}». Щоб долучитися, "
	    "надішліть /pay.",
	[TEXT_COACH_NOT_HERE] =
	    "У групі я кажу лише те, що відкрито для всіх у ній, і відповіді на "
	    "це запитання там немає. Напишіть мені особисто: там я відповідаю з "
	    "усього, до чого у вас є доступ.",
	[TEXT_COACH_TOO_LATE] =
	    "За годину я не зміг відповісти на ваше запитання, тож його слова "
	    "вже стерто. Поставте його, будь ласка, ще раз.",
	[TEXT_COACH_CRISIS] =
	    "Здається, вам зараз дуже важко. Ви не маєте лишатися з цим "
	    "наодинці. Зателефонуйте, будь ласка, просто зараз:\n\n"
	    "{helpline}\n\nВаше повідомлення побачить і людина з нашого "
	    "боку.",
	[TEXT_COACH_LONG] =
	    "Це запитання задовге. Вкладіться, будь ласка, у {limit} знаків.",
	[TEXT_COACH_NO_VOICE] = "Голосових повідомлень я поки не розумію. "
				"Напишіть, будь ласка, текстом.",
	[TEXT_COACH_NO_EAR] =
	    "Голосові запитання я слухаю лише в розмові з учасниками курсу. "
	    "Напишіть, будь ласка, текстом.",
	[TEXT_COACH_LONG_VOICE] =
	    "Запис задовгий: я слухаю до {seconds} секунд. Скажіть коротше "
	    "або напишіть текстом.",
	[TEXT_COACH_UNHEARD] = "Не вдалося розібрати запис. Напишіть, будь "
			       "ласка, запитання текстом.",
	[TEXT_COACH_BUSY] = "Ще відповідаю на попереднє запитання. Поставте "
			    "це, щойно прийде відповідь.",
	[TEXT_COACH_ENOUGH] = "На сьогодні це все: коуч відповідає на "
			      "{amount} запитань на добу. До зустрічі завтра!",
	[TEXT_COACH_HOW] =
	    "Поставте запитання про уроки одним повідомленням, наприклад: "
	    "«Як почати вести щоденник?»",
	[TEXT_COACH_NO_LINK] = "[посилання вилучено]",
	[TEXT_COACH_PERSON_BUTTON] = "🙋 Запитати людину",
	[TEXT_COACH_PASSED_ON] =
	    "Ваше запитання передано людині. Відповідь прийде сюди.",
	[TEXT_COACH_PASSING_ON] =
	    "Передаю ваше запитання людині. Відповідь прийде вам особисто.",
	[TEXT_COACH_NOT_YOURS] = "Ця кнопка для того, хто поставив запитання.",
	[TEXT_COACH_START_FIRST] =
	    "Людина відповість вам особисто. Спершу відкрийте розмову зі мною й "
	    "надішліть /start, а тоді натисніть кнопку ще раз.",
	[TEXT_COACH_NOT_PASSED_ON] =
	    "Не вдалося передати запитання: повідомлення вже немає. Напишіть "
	    "його, будь ласка, ще раз.",
	[TEXT_ALERT_COACH] =
	    "⚠️ Модель коуча відмовляє: {why}. Перевірте COACH_API_KEY, "
	    "COACH_MODEL і COACH_API_BASE. Поки що коуч цитує уроки.",
	[TEXT_ALERT_COACH_BUDGET] =
	    "⚠️ Місячний ліміт коуча ({amount} токенів) вичерпано. До "
	    "наступного місяця він цитує уроки.",
	[TEXT_ALERT_CRISIS] =
	    "🆘 Покупець {buyer} пише про самогубство чи самоушкодження. Ми "
	    "надіслали номер допомоги; напишіть людині самі.",
	[TEXT_ALERT_SUPPORT_CHAT] =
	    "⚠️ Запитання не вдається передати до чату підтримки: {why}. "
	    "Перевірте SUPPORT_CHAT_ID і чи є там бот.",
	[TEXT_SUPPORT] = "Потрібна допомога? Напишіть: {contact}",
	[TEXT_MENU_START] = "Почати",
	[TEXT_MENU_PAY] = "Оплатити доступ",
	[TEXT_MENU_STATUS] = "Стан доступу",
	[TEXT_MENU_HELP] = "Допомога й посилання ще раз",
	[TEXT_PAGE_BAD_ID] = "Посилання неповне",
	[TEXT_PAGE_BAD_ID_LEAD] =
	    "У цьому посиланні бракує номера користувача Telegram або він "
	    "неправильний. Надішліть боту /pay і відкрийте нове посилання.",
	[TEXT_PAGE_NO_PRODUCT] = "Такого товару немає",
	[TEXT_PAGE_NO_PRODUCT_LEAD] = "Зараз є: {products}. Надішліть боту "
				      "/pay, щоб обрати.",
	[TEXT_PAGE_OLD_LINK] = "Посилання застаріло",
	[TEXT_PAGE_OLD_LINK_LEAD] =
	    "Це посилання на оплату діяло одну добу. Надішліть боту /pay і "
	    "відкрийте нове.",
	[TEXT_PAGE_PREVIEW] = "Оплата: {product}",
	[TEXT_PAGE_PREVIEW_LEAD] =
	    "Відкрийте це посилання, щоб перейти до безпечної оплати.",
	[TEXT_PAGE_PREVIEW_BUTTON] = "Перейти до оплати",
	[TEXT_PAGE_IN_CHAT] = "Відповідь — у чаті з ботом",
	[TEXT_PAGE_IN_CHAT_LEAD] =
	    "Це посилання міг відкрити будь-хто, тому тут ми не показуємо, "
	    "хто що оплатив. Надішліть боту /status: він скаже, що з вашим "
	    "доступом і чи потрібно щось платити.",
	[TEXT_PAGE_PAID_BEFORE] = "Ви вже оплатили",
	[TEXT_PAGE_PAID_BEFORE_LEAD] =
	    "Доступ до курсу «{product}» уже відкрито. Надішліть боту /help, "
	    "щоб отримати посилання на канал ще раз.",
	[TEXT_PAGE_PROCESSING] = "Оплата обробляється",
	[TEXT_PAGE_PROCESSING_LEAD] =
	    "Банк ще підтверджує ваш платіж. Щойно він це зробить, запрошення "
	    "прийде в Telegram. Платити ще раз не потрібно.",
	[TEXT_PAGE_OWED] = "Рахунок чекає на оплату",
	[TEXT_PAGE_OWED_LEAD] =
	    "За підписку на «{product}» є неоплачений рахунок. Надішліть боту "
	    "/status: він дасть посилання на нього. Другої підписки не "
	    "потрібно.",
	[TEXT_PAGE_SUBSCRIBED] = "Підписка ще діє",
	[TEXT_PAGE_SUBSCRIBED_LEAD] =
	    "Підписку на «{product}» не скасовано, і наступна оплата спишеться "
	    "сама. Щоб не платити двічі, спершу скасуйте її: надішліть боту "
	    "/status і відкрийте керування підпискою.",
	[TEXT_PAGE_LIMITED] = "Забагато спроб",
	[TEXT_PAGE_LIMITED_LEAD] =
	    "За останню годину звідси відкривали оплату надто часто. "
	    "Спробуйте, будь ласка, пізніше.",
	[TEXT_PAGE_STRIPE_DOWN] = "Оплата тимчасово недоступна",
	[TEXT_PAGE_STRIPE_DOWN_LEAD] =
	    "Платіжна система зараз не відповідає як слід. Кошти не списано. "
	    "Спробуйте, будь ласка, за хвилину.",
	[TEXT_PAGE_PAID] = "Оплату підтверджено",
	[TEXT_PAGE_PAID_LEAD] =
	    "Ласкаво просимо до курсу «{product}»! Запрошення вже в Telegram, "
	    "а ось і посилання на приватний канал:",
	[TEXT_PAGE_PAID_UNTIL] = "Доступ діє до {until}.",
	[TEXT_PAGE_PAID_RENEWS] =
	    "Підписку оплачено до {until}, далі вона поновиться сама. Керувати "
	    "нею можна через /status у боті.",
	[TEXT_PAGE_PAID_SOON_LEAD] =
	    "Ласкаво просимо до курсу «{product}»! Ваше особисте запрошення "
	    "вже в дорозі: воно прийде в Telegram за мить.",
	[TEXT_PAGE_PAID_BUTTON] = "Відкрити канал",
	[TEXT_PAGE_NOT_PAID] = "Оплату не завершено",
	[TEXT_PAGE_NOT_PAID_LEAD] =
	    "Цей платіж не завершено. Надішліть боту /pay, щоб спробувати ще "
	    "раз.",
	[TEXT_PAGE_CHECKING] = "Перевіряємо оплату",
	[TEXT_PAGE_CHECKING_LEAD] =
	    "Запрошення прийде в Telegram, щойно оплату буде підтверджено. "
	    "Якщо його немає за кілька хвилин, надішліть боту /help.",
	[TEXT_PAGE_CANCEL] = "Оплату скасовано",
	[TEXT_PAGE_CANCEL_LEAD] =
	    "Кошти не списано. Щоб повернутися до оплати, надішліть боту "
	    "/pay.",
	[TEXT_PAGE_UNKNOWN] = "Тут нічого немає",
	[TEXT_PAGE_UNKNOWN_LEAD] =
	    "Такої сторінки немає. Надішліть боту /pay, щоб перейти до "
	    "оплати.",
	[TEXT_PAGE_BROKEN] = "Щось пішло не так",
	[TEXT_PAGE_BROKEN_LEAD] =
	    "На нашому боці сталася помилка. Спробуйте, будь ласка, за "
	    "хвилину.",
};

const char *
text_plain(enum text which)
{
	return uk[which];
}

/* What is filled in is not looked through again, so a value with a "{" in it
 * stays as it is. */
static void
fill_hole(struct buf *b, struct str name, struct kvs values)
{
	for (size_t i = 0; i < values.n; i++) {
		const struct kv *v = &values.v[i];

		if (!str_eq(name, v->name))
			continue;
		if (v->kind == KV_INT)
			buf_int(b, v->i);
		else if (v->kind == KV_TEXT)
			buf_text(b, v->s);
		return;
	}
}

const char *
text_fill(struct arena *a, enum text which, struct kvs values)
{
	struct buf b = buf_new(a, MAX_TEXT_BYTES);
	struct str rest = str_from(uk[which]);

	while (rest.len > 0) {
		/* Asked first, because str_cut() returns the same for a text
		 * that ends here and for one whose hole comes next. */
		bool has_hole = memchr(rest.p, '{', rest.len) != NULL;

		buf_add(&b, str_cut(&rest, '{'));
		if (has_hole)
			fill_hole(&b, str_cut(&rest, '}'), values);
	}
	/* A last line whose only hole was empty leaves no blank behind. */
	return arena_dup(a, str_trim(buf_str(&b)));
}

const char *
text_date(struct arena *a, int64_t since_1970_ms)
{
	char day[CLOCK_DATE_BYTES]; /* 2026-01-31 */

	clock_date(since_1970_ms, day);
	return arena_printf(a, "%.2s.%.2s.%.4s", day + 8, day + 5, day);
}

const char *
text_money(struct arena *a, int64_t amount_minor, const char *currency)
{
	return currency_text(a, amount_minor, currency);
}
