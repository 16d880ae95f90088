// Checks the form of POST /v1/checkout/sessions the way Stripe does, first fault first.

/** An error in Stripe's JSON form. */
export class StripeError extends Error {
  constructor(status, message, { type = 'invalid_request_error', code, param } = {}) {
    super(message);
    this.status = status;
    this.isSaved = false; // under its idempotency key, since the call had begun to act
    const docUrl = code && `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
    this.body = { error: { code, doc_url: docUrl, message, param, type } };
  }
}

/** The answer to an unknown id. */
export const noSuch = (kind, id, param = 'id', more = '') =>
  new StripeError(404, `No such ${kind}: '${id}'${more && `; ${more}`}`, { code: 'resource_missing', param });

/** A one-time price for a subscription, or the other way round. */
export const wrongMode = (mode) => new StripeError(400, mode === 'subscription'
  ? 'You must provide at least one recurring price in `subscription` mode when using prices.'
  : `You specified \`${mode}\` mode but passed a recurring price. Switch to \`subscription\` mode or use only one-time prices.`,
{ param: 'line_items' });

const INTERVALS = { day: 1095, week: 156, month: 36, year: 3 }; // at most so many

// Since 2026-09-30 a session does not name the ways to pay; it may allow some of them.
const KNOWN = new Set(`adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types automatic_tax
  billing_address_collection branding_settings cancel_url client_reference_id consent_collection currency
  custom_fields custom_text customer customer_account customer_creation customer_email customer_update discounts
  excluded_payment_method_types expand expires_at integration_identifier invoice_creation line_items locale
  managed_payments metadata mode name_collection optional_items origin_context payment_intent_data
  payment_method_collection payment_method_configuration payment_method_data payment_method_options
  permissions phone_number_collection redirect_on_completion return_url
  saved_payment_method_options setup_intent_data shipping_address_collection shipping_options submit_type
  subscription_data success_url tax_id_collection ui_mode wallet_options`.split(/\s+/));
const KNOWN_ITEM = new Set(['adjustable_quantity', 'metadata', 'price', 'price_data', 'quantity', 'tax_rates']);

const LOCALES = new Set(`auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl
  pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW`.split(/\s+/));

const invalid = (param, message, code) => new StripeError(400, message, { param, code });
const unknown = (param) => invalid(param, `Received unknown parameter: ${param}`, 'parameter_unknown');
const missing = (param) => invalid(param, `Missing required param: ${param}.`, 'parameter_missing');

/** @throws {StripeError} */
export function checkSessionParams(params, nowS) {
  for (const name of Object.keys(params)) {
    if (!KNOWN.has(name)) throw unknown(name);
  }
  if (!params.mode) throw missing('mode');
  oneOf(params, 'mode', ['payment', 'setup', 'subscription']);
  if (!params.success_url) throw missing('success_url');
  absoluteUrl(params, 'success_url');
  absoluteUrl(params, 'cancel_url');
  lineItems(params);
  onlyInMode(params, 'payment_intent_data', 'payment');
  onlyInMode(params, 'customer_creation', 'payment');
  onlyInMode(params, 'subscription_data', 'subscription');
  trial(params.subscription_data);
  for (const path of [['metadata'], ['payment_intent_data', 'metadata'], ['subscription_data', 'metadata']]) {
    metadata(path.reduce((at, name) => at?.[name], params), path);
  }
  if (params.locale && !LOCALES.has(params.locale)) {
    throw invalid('locale', `Invalid locale: must be one of ${[...LOCALES].join(', ')}`);
  }
  for (const [name, { message }] of Object.entries(params.custom_text ?? {})) {
    if (!message || message.length > 1200) throw invalid(`custom_text[${name}][message]`, 'Invalid string: must be at most 1200 characters');
  }
  if (params.client_reference_id?.length > 200) {
    throw invalid('client_reference_id', 'Invalid string: must be at most 200 characters');
  }
  expiry(params, nowS);
}

function oneOf(params, name, values) {
  if (!values.includes(params[name])) throw invalid(name, `Invalid ${name}: must be one of ${values.join(', ')}`);
}

function onlyInMode(params, name, mode) {
  if (params[name] !== undefined && params.mode !== mode) {
    throw invalid(name, `You can not pass \`${name}\` in \`${params.mode}\` mode.`);
  }
}

function absoluteUrl(params, name) {
  const value = params[name];
  if (value === undefined) return;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) {
    throw invalid(name, 'Invalid URL: An explicit scheme (such as https) must be provided.', 'url_invalid');
  }
  if (!canParse(value)) throw invalid(name, 'Not a valid URL', 'url_invalid');
}

function canParse(url) {
  try {
    return Boolean(new URL(url));
  } catch {
    return false;
  }
}

function trial({ trial_period_days: days = '1' } = {}) {
  wholeNumber(days, 'subscription_data[trial_period_days]');
  if (days < 1 || days > 730) throw invalid('subscription_data[trial_period_days]', 'Invalid trial period.');
}

function lineItems({ line_items: items, mode }) {
  if (mode === 'setup') return;
  if (!Array.isArray(items) || items.length === 0) throw missing('line_items');
  if (items.length > 100) throw invalid('line_items', 'A maximum of 100 line items is allowed.');
  // Beside what is paid anew there may be things that are paid once.
  items.forEach((item, i) => lineItem(item, `line_items[${i}]`, i === 0 ? mode : 'payment'));
}

function lineItem(item, at, mode) {
  for (const name of Object.keys(item)) {
    if (!KNOWN_ITEM.has(name)) throw unknown(`${at}[${name}]`);
  }
  if (item.price && item.price_data) {
    throw invalid(at, `You may only specify one of these parameters: price, price_data.`);
  }
  if (item.quantity === undefined) throw missing(`${at}[quantity]`);
  wholeNumber(item.quantity, `${at}[quantity]`);
  if (item.price_data) priceData(item.price_data, `${at}[price_data]`, mode);
  else if (!item.price) throw missing(`${at}[price]`);
}

function priceData(data, at, mode) {
  if (!data.currency) throw missing(`${at}[currency]`);
  if (!/^[a-z]{3}$/i.test(data.currency)) {
    throw invalid(`${at}[currency]`, `Invalid currency: ${data.currency}.`);
  }
  if (data.unit_amount === undefined) throw missing(`${at}[unit_amount]`);
  wholeNumber(data.unit_amount, `${at}[unit_amount]`);
  if (!data.product && !data.product_data?.name) throw missing(`${at}[product_data][name]`);
  if (mode === 'subscription' && !data.recurring?.interval) throw missing(`${at}[recurring][interval]`);
  if (data.recurring) recurring(data.recurring, `${at}[recurring]`);
}

function recurring({ interval, interval_count: count = '1' }, at) {
  if (!Object.hasOwn(INTERVALS, interval)) {
    throw invalid(`${at}[interval]`, `Invalid ${at}[interval]: must be one of ${Object.keys(INTERVALS).join(', ')}`);
  }
  wholeNumber(count, `${at}[interval_count]`);
  if (count < 1 || count > INTERVALS[interval]) throw invalid(`${at}[interval_count]`, 'Invalid interval count.');
}

function wholeNumber(value, param) {
  const wrong = (message) => invalid(param, message, 'parameter_invalid_integer');
  if (!/^-?\d+$/.test(value)) throw wrong(`Invalid integer: ${value}`);
  if (Number(value) < 0) throw wrong('This value must be greater than or equal to 0.');
  if (Number(value) > 99_999_999) throw wrong('This value must be less than or equal to 99999999.');
}

function metadata(pairs, [head, ...rest]) {
  if (pairs === undefined) return;
  const param = head + rest.map((name) => `[${name}]`).join('');
  if (typeof pairs !== 'object') throw invalid(param, 'Invalid object');
  if (Object.keys(pairs).length > 50) throw invalid(param, 'You can only specify up to 50 keys.');
  for (const [key, value] of Object.entries(pairs)) {
    if (key.length > 40) throw invalid(param, `Metadata keys must be at most 40 characters: ${key}`);
    if (value.length > 500) throw invalid(`${param}[${key}]`, 'Metadata values must be at most 500 characters');
  }
}

function expiry({ expires_at: value }, nowS) {
  if (value === undefined) return;
  if (!/^\d+$/.test(value)) throw invalid('expires_at', `Invalid integer: ${value}`, 'parameter_invalid_integer');
  const inS = Number(value) - nowS;
  const must = 'The `expires_at` timestamp must be';
  // A minute of grace on both sides, for the clocks and the way here.
  if (inS < 1800 - 60) throw invalid('expires_at', `${must} at least 30 minutes from Checkout Session creation.`);
  if (inS > 86_400 + 60) throw invalid('expires_at', `${must} less than 24 hours from Checkout Session creation.`);
}
