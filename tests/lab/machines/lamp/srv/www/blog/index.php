<?php
require __DIR__ . '/config.php';
$db = new mysqli(DB_HOST, DB_USER, DB_PASSWORD, DB_NAME);
$title = $db->query('SELECT value FROM ' . TABLE_PREFIX . "settings WHERE name = 'title'")->fetch_row()[0];
$uploads = __DIR__ . '/uploads';

if ($_SERVER['REQUEST_METHOD'] === 'POST' && isset($_FILES['picture'])) {
    $name = preg_replace('/[^a-z0-9.-]/', '', basename($_FILES['picture']['name']));
    move_uploaded_file($_FILES['picture']['tmp_name'], "$uploads/$name") or http_response_code(500);
    exit("stored $name\n");
}

header('Content-Type: text/plain; charset=utf-8');
echo "$title in ", getenv('GARDEN_SEASON'), "\n";
if (isset($_GET['post'])) {
    $found = $db->query('SELECT title, body FROM ' . TABLE_PREFIX . 'posts WHERE id = ' . (int) $_GET['post']);
    echo implode("\n", $found->fetch_row()), "\n";
    exit;
}
foreach ($db->query('SELECT id, title FROM ' . TABLE_PREFIX . 'posts ORDER BY id') as $row) {
    echo "$row[id] $row[title]\n";
}
echo 'Pictures: ', implode(' ', array_diff(scandir($uploads), ['.', '..'])), "\n";
