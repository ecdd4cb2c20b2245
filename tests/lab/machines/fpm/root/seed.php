<?php
$db = new SQLite3('/srv/wiki-data/wiki.db');
$db->exec('CREATE TABLE pages (name TEXT PRIMARY KEY, text TEXT NOT NULL)');
for ($n = 1; $n <= 120; $n++) {
    $db->exec("INSERT INTO pages VALUES ('Lake-$n', 'The lake, number $n.')");
}
