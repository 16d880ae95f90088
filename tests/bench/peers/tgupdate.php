<?php
// Telegram's update: the secret token; /pay is answered in the answer's body.
declare(strict_types=1);
require __DIR__ . '/common.php';

if (!hash_equals(getenv('TELEGRAM_WEBHOOK_SECRET'), $_SERVER['HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN'] ?? '')) {
    answer(401, ['error' => 'token']);
}
$message = json_decode(file_get_contents('php://input'), true, 64)['message'] ?? [];
$id = $message['from']['id'] ?? 0;
if (($message['text'] ?? '') !== '/pay' || !is_int($id)) {
    answer(200, []);
}
$paid = run(ledger(), 'SELECT paid FROM orders WHERE tg_id = ?', [$id])->fetchColumn();
answer(200, ['method' => 'sendMessage', 'chat_id' => $id] + ($paid ? ['text' => 'You are in already.'] : [
    'text' => 'A course', 'reply_markup' => ['inline_keyboard' => [[['text' => 'Pay', 'url' => getenv('BASE_URL') . "/pay?tg_id=$id"]]]],
]));
