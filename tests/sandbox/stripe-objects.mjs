// Builds whole Stripe objects: every field that the pinned API version has, most of them null.

import { randomBytes } from 'node:crypto';

/** The version that the programs ask for and that events are rendered in. */
export const API_VERSION = '2026-10-28.endive';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const nowS = () => Math.floor(Date.now() / 1000);

/** @example newId('pi_3') is 'pi_3' and 23 random letters and digits */
export function newId(prefix, length = 23) {
  return prefix + Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

const NO_ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

/**
 * An open Checkout Session.
 * @param {Record<string, any>} params the decoded and checked form of the request
 * @param {{ id: string, url: string, amountMinor: number, currency: string }} made
 */
export function checkoutSession(params, { id, url, amountMinor, currency }) {
  const recurring = params.mode === 'subscription';
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allowed_payment_method_types: null,
    allow_promotion_codes: params.allow_promotion_codes === undefined ? null : params.allow_promotion_codes === 'true',
    amount_subtotal: amountMinor,
    amount_total: amountMinor,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: params.consent_collection
      ? { payment_method_reuse_agreement: null, promotions: 'none', terms_of_service: 'none', ...params.consent_collection } : null,
    created: nowS(),
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null, ...params.custom_text },
    customer: params.customer ?? null,
    customer_account: null,
    customer_creation: recurring ? null : params.customer_creation ?? 'if_required',
    customer_details: null,
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: Number(params.expires_at ?? nowS() + 86_400),
    integration_identifier: null,
    invoice: null,
    invoice_creation: recurring ? null : {
      enabled: false,
      invoice_data: {
        account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: null, metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: { enabled: false },
    metadata: params.metadata ?? {},
    mode: params.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: recurring ? 'always' : 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: recurring
      ? { allow_redisplay_filters: ['always'], payment_method_remove: 'disabled', payment_method_save: null } : null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url ?? null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url,
    wallet_options: null,
  };
}

/** What Checkout learns of the buyer. */
export const customerDetails = (email) => ({
  address: { ...NO_ADDRESS, country: 'UA' }, business_name: null, email, individual_name: null, name: 'Test Buyer',
  phone: null, tax_exempt: 'none', tax_ids: [],
});

/** The succeeded charge behind a paid session; the metadata is the payment intent's, as at Stripe. */
export function charge(session, metadata) {
  const id = newId('ch_3');
  return {
    id,
    object: 'charge',
    amount: session.amount_total,
    amount_captured: session.amount_total,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: newId('txn_3'),
    billing_details: { address: NO_ADDRESS, email: 'buyer@example.com', name: 'Test Buyer', phone: null, tax_id: null },
    calculated_statement_descriptor: 'SANDBOX',
    captured: true,
    created: nowS(),
    currency: session.currency,
    customer: null,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: null, network_advice_code: null, network_decline_code: null,
      network_status: 'approved_by_network', reason: null, risk_level: 'normal', risk_score: 1,
      seller_message: 'Payment complete.', type: 'authorized',
    },
    paid: true,
    payment_intent: session.payment_intent,
    payment_method: newId('pm_1'),
    payment_method_details: { card: card(session.amount_total), type: 'card' },
    radar_options: {},
    receipt_email: null,
    receipt_number: null,
    receipt_url: `https://pay.stripe.com/receipts/payment/${id}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

const card = (amountMinor) => ({
  amount_authorized: amountMinor,
  authorization_code: '000000',
  brand: 'visa',
  checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
  country: 'US',
  electronic_commerce_indicator: null,
  exp_month: 12,
  exp_year: 2034,
  extended_authorization: { status: 'disabled' },
  fingerprint: 'sandboxsandbox00',
  funding: 'credit',
  incremental_authorization: { status: 'unavailable' },
  installments: null,
  last4: '4242',
  mandate: null,
  multicapture: { status: 'unavailable' },
  network: 'visa',
  network_token: { used: false },
  network_transaction_id: '000000000000000',
  overcapture: { maximum_amount_capturable: amountMinor, status: 'unavailable' },
  regulated_status: 'unregulated',
  three_d_secure: null,
  transaction_link_id: null,
  wallet: null,
});

/** @param {'pending'|'succeeded'|'failed'|'canceled'} status */
export const refund = (forCharge, amountMinor, status = 'succeeded') => ({
  id: newId('re_3'),
  object: 'refund',
  amount: amountMinor,
  balance_transaction: newId('txn_3'),
  charge: forCharge.id,
  created: nowS(),
  currency: forCharge.currency,
  customer: null,
  customer_account: null,
  destination_details: {
    card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    type: 'card',
  },
  metadata: {},
  payment_intent: forCharge.payment_intent,
  payment_method: forCharge.payment_method,
  reason: null,
  receipt_number: null,
  source_transfer_reversal: null,
  status,
  transfer_reversal: null,
});

/** @param {string} status as Stripe.Dispute.Status: 'needs_response', 'warning_needs_response', … */
export const dispute = (forCharge, status = 'needs_response') => ({
  id: newId('du_1'),
  object: 'dispute',
  amount: forCharge.amount,
  balance_transactions: [],
  charge: forCharge.id,
  created: nowS(),
  currency: forCharge.currency,
  enhanced_eligibility_types: [],
  evidence: {
    access_activity_log: null, billing_address: null, cancellation_policy: null,
    cancellation_policy_disclosure: null, cancellation_rebuttal: null, customer_communication: null,
    customer_email_address: 'buyer@example.com', customer_name: 'Test Buyer', customer_purchase_ip: null,
    customer_signature: null, duplicate_charge_documentation: null, duplicate_charge_explanation: null,
    duplicate_charge_id: null, enhanced_evidence: {}, product_description: null, receipt: null, refund_policy: null,
    refund_policy_disclosure: null, refund_refusal_explanation: null, service_date: null,
    service_documentation: null, shipping_address: null, shipping_carrier: null, shipping_date: null,
    shipping_documentation: null, shipping_tracking_number: null, uncategorized_file: null,
    uncategorized_text: null,
  },
  evidence_details: {
    due_by: nowS() + 7 * 86_400, enhanced_eligibility: {}, has_evidence: false, past_due: false, submission_count: 0,
    submission_method: 'not_submitted',
  },
  intended_submission_method: null,
  is_charge_refundable: status.startsWith('warning'),
  livemode: false,
  // Never the order's: a dispute is found by its charge or payment intent.
  metadata: {},
  payment_intent: forCharge.payment_intent,
  payment_method_details: {
    card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
    type: 'card',
  },
  reason: 'fraudulent',
  status,
});

export const price = (id, { unit_amount: amountMinor, currency, recurring = null, active = true }) => ({
  id,
  object: 'price',
  active,
  billing_scheme: 'per_unit',
  created: nowS(),
  currency,
  custom_unit_amount: null,
  livemode: false,
  lookup_key: null,
  metadata: {},
  nickname: null,
  product: newId('prod_', 14),
  recurring,
  tax_behavior: 'unspecified',
  tiers_mode: null,
  transform_quantity: null,
  type: recurring ? 'recurring' : 'one_time',
  unit_amount: amountMinor,
  unit_amount_decimal: String(amountMinor),
});

/** A snapshot event: the object is copied as it is now. */
export const fraudWarning = (forCharge) => ({
  id: newId('issfr_1'),
  object: 'radar.early_fraud_warning',
  actionable: true,
  charge: forCharge.id,
  created: nowS(),
  fraud_type: 'made_with_stolen_card',
  livemode: false,
  payment_intent: forCharge.payment_intent,
});

export const event = (type, object, overrides = {}) => ({
  id: newId('evt_1'),
  object: 'event',
  api_version: API_VERSION,
  created: nowS(),
  data: { object: structuredClone(object) },
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type,
  ...overrides,
});

/** Where the API has an object, by its word for what it is. */
const PATHS = {
  'checkout.session': 'checkout/sessions', charge: 'charges', refund: 'refunds', dispute: 'disputes',
  'radar.early_fraud_warning': 'radar/early_fraud_warnings', subscription: 'subscriptions', invoice: 'invoices', customer: 'customers',
};

/** The thin event that tells of the same change as this one: it names the object and does not hold it. */
export const thinEvent = ({ id, type, created, livemode, data: { object } }) => ({
  id: newId('evt_65'),
  object: 'v2.core.event',
  changes: null,
  context: null,
  created: new Date(created * 1000).toISOString(),
  livemode,
  reason: null,
  related_object: { id: object.id, type: object.object, url: `/v1/${PATHS[object.object]}/${object.id}` },
  snapshot_event: id,
  type: `v1.${type}`,
});

export const list = (url, items, hasMore = false) => ({ object: 'list', data: items, has_more: hasMore, url });
