<?php
// A small shop as one writes it in PHP: what each of the three addresses needs. The connection to SQLite is kept by
// the process from one request to the next.
declare(strict_types=1);

function ledger(): PDO
{
    $db = new PDO('sqlite:' . getenv('PEER_DB'), null, null, [
        PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 10,
    ]);
    $db->exec('PRAGMA synchronous = FULL');
    if ($db->query('PRAGMA user_version')->fetchColumn() == 0) {
        $db->exec('PRAGMA journal_mode = WAL');
        $db->exec('CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS orders (tg_id INTEGER PRIMARY KEY, session TEXT NOT NULL, url TEXT, ends INTEGER, paid INTEGER) STRICT;
            PRAGMA user_version = 1');
    }
    return $db;
}

/** One transaction that waits for its turn to write. */
function transaction(PDO $db, callable $body): void
{
    $db->exec('BEGIN IMMEDIATE');
    try {
        $body($db);
        $db->exec('COMMIT');
    } catch (Throwable $e) {
        $db->exec('ROLLBACK');
        throw $e;
    }
}

function run(PDO $db, string $sql, array $values): PDOStatement
{
    $statement = $db->prepare($sql);
    $statement->execute($values);
    return $statement;
}

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($body);
    exit;
}
