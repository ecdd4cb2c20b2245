<?php
function store(): SQLite3
{
    return new SQLite3(getenv('WIKI_DATA') . '/wiki.db');
}

function page(string $name): ?string
{
    $found = store()->prepare('SELECT text FROM pages WHERE name = :name');
    $found->bindValue(':name', $name);
    $row = $found->execute()->fetchArray();
    return $row ? $row['text'] : null;
}

function count_pages(): int
{
    return store()->querySingle('SELECT count(*) FROM pages');
}
