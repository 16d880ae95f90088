<?php
// Stripe's event: the signature, then its note and its order in one transaction, then 200.
declare(strict_types=1);
require __DIR__ . '/common.php';

$body = file_get_contents('php://input');
$said = [];
foreach (explode(',', $_SERVER['HTTP_STRIPE_SIGNATURE'] ?? '') as $part) {
    [$key, $value] = explode('=', $part, 2) + [1 => ''];
    $said[$key][] = $value;
}
$at = $said['t'][0] ?? '0';
$want = hash_hmac('sha256', "$at.$body", getenv('STRIPE_WEBHOOK_SECRET'));
if (abs(time() - (int) $at) > 300 || !array_filter($said['v1'] ?? [], fn ($one) => hash_equals($want, $one))) {
    answer(400, ['error' => 'signature']);
}
$event = json_decode($body, true, 64);
if (!is_string($event['id'] ?? null)) {
    answer(400, ['error' => 'no event']);
}
transaction(ledger(), function (PDO $db) use ($event) {
    $new = run($db, 'INSERT INTO events VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [$event['id'], $event['type'], time()]);
    if ($new->rowCount() === 0 || $event['type'] !== 'checkout.session.completed') {
        return;
    }
    $session = $event['data']['object'];
    run($db, 'INSERT INTO orders (tg_id, session, paid) VALUES (?, ?, ?) ON CONFLICT (tg_id) DO UPDATE
        SET session = excluded.session, paid = excluded.paid', [(int) $session['metadata']['tg_id'], $session['id'], time()]);
});
answer(200, ['received' => true]);
