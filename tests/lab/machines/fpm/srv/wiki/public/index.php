<?php
require __DIR__ . '/../lib/store.php';
header('Content-Type: text/plain; charset=utf-8');
if (isset($_GET['login'])) {
    session_start();
    $_SESSION['seen'] = 1;
    exit("signed in\n");
}
if (isset($_GET['page'])) {
    $text = page($_GET['page']);
    $text === null and http_response_code(404);
    exit(($text ?? 'no such page') . "\n");
}
echo count_pages(), ' pages; uploads to ', ini_get('upload_max_filesize'), "\n";
