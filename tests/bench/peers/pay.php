<?php
// The buyer's open Checkout Session, or a new one at Stripe; 302 to it.
declare(strict_types=1);
require __DIR__ . '/common.php';

$id = (int) ($_GET['tg_id'] ?? 0);
if ($id <= 0) {
    answer(400, ['error' => 'tg_id']);
}
$db = ledger();
$url = run($db, 'SELECT url FROM orders WHERE tg_id = ? AND ends > ?', [$id, time() + 60])->fetchColumn();
if (!is_string($url)) {
    $call = curl_init(getenv('STRIPE_API_BASE') . '/v1/checkout/sessions');
    curl_setopt_array($call, [
        CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 10, CURLOPT_USERPWD => getenv('STRIPE_SECRET_KEY') . ':',
        CURLOPT_HTTPHEADER => ["Idempotency-Key: peer-$id-" . intdiv(time(), 600)],
        CURLOPT_POSTFIELDS => http_build_query([
            'mode' => 'payment', 'success_url' => getenv('BASE_URL') . '/paid', 'cancel_url' => getenv('BASE_URL') . '/cancel',
            'client_reference_id' => $id, 'metadata' => ['tg_id' => $id, 'product' => 'course', 'shop' => '1'],
            'payment_intent_data' => ['metadata' => ['tg_id' => $id, 'product' => 'course', 'shop' => '1']],
            'line_items' => [['quantity' => 1, 'price_data' => ['currency' => 'eur', 'unit_amount' => 999, 'product_data' => ['name' => 'A course']]]],
        ]),
    ]);
    $session = json_decode((string) curl_exec($call), true);
    if (!is_string($session['url'] ?? null)) {
        answer(503, ['error' => 'Stripe']);
    }
    $url = $session['url'];
    transaction($db, fn (PDO $db) => run($db, 'INSERT INTO orders (tg_id, session, url, ends) VALUES (?, ?, ?, ?) ON CONFLICT (tg_id)
        DO UPDATE SET session = excluded.session, url = excluded.url, ends = excluded.ends', [$id, $session['id'], $url, $session['expires_at']]));
}
header("Location: $url", true, 302);
