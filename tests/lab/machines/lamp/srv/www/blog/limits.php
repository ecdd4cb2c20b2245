<?php
header('Content-Type: text/plain');
echo ini_get('upload_max_filesize'), ' ', ini_get('date.timezone'), ' ', PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, "\n";
