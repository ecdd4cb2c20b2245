<?php
require __DIR__ . '/config.php';
$db = new mysqli(DB_HOST, DB_USER, DB_PASSWORD, DB_NAME);
$db->query('UPDATE ' . TABLE_PREFIX . "settings SET value = CURDATE() WHERE name = 'digest'");
