<?php
// Random values against share/php/serialized.php: read and written without a change they are the same bytes, with one they
// stay readable and the change can be taken back, and broken texts end nothing. Argument: how many.
declare(strict_types=1);

require '/usr/share/wpns/php/serialized.php';

class Thing
{
    public $a;
    protected $b;
    private $c;

    public function __construct(mixed $a, mixed $b, mixed $c)
    {
        [$this->a, $this->b, $this->c] = [$a, $b, $c];
    }
}

enum Suit: string
{
    case Hearts = 'http://a.example/';
}

function bytes(int $most): string
{
    return substr(random_bytes($most + 1), 0, random_int(0, $most));
}

function members(int $depth): array
{
    $members = [];
    for ($i = random_int(0, 4); $i > 0; --$i) {
        $members[random_int(0, 1) ? random_int(-5, 5) : 'k' . bytes(2)] = value($depth);
    }
    return $members;
}

function twins(mixed $value): array
{
    $object = new stdClass();
    $object->{'p"q'} = $value;
    return [$object, $object, &$value, &$value];
}

function value(int $depth): mixed
{
    return match (random_int(0, $depth > 0 ? 12 : 8)) {
        0 => null,
        1 => (bool) random_int(0, 1),
        2 => random_int(PHP_INT_MIN, PHP_INT_MAX),
        3 => random_int(-1000, 1000) / 7,
        4 => random_int(0, 1) ? INF : 1.0e-50,
        5, 6 => '//a.example/' . bytes(9),
        7 => bytes(20),
        8 => Suit::Hearts,
        9 => members($depth - 1),
        10 => new Thing(value($depth - 1), value($depth - 1), value($depth - 1)),
        11 => twins(value($depth - 1)),
        12 => serialize(value($depth - 1)),
    };
}

function replaced(string $text, string $from, string $to): string
{
    return Serialized::map($text, static fn (string $inner) => replaced($inner, $from, $to)) ?? str_replace($from, $to, $text);
}

$changed = 0;
for ($i = 0; $i < (int) $argv[1]; ++$i) {
    $text = serialize(value(6));
    $new = replaced($text, '//a.example', '//longer.example');
    $changed += (int) ($new !== $text);
    $as_read = Serialized::map($text, static fn (string $inner) => $inner) === $text;
    $readable = $text === 'b:0;' || @unserialize($new) !== false;
    if (!$as_read || !$readable || replaced($new, '//longer.example', '//a.example') !== $text) {
        echo 'wrong: ', bin2hex($text), "\n";
        exit(1);
    }
    $broken = $text;
    $broken[random_int(0, strlen($text) - 1)] = chr(random_int(0, 255));
    replaced($broken, '//a.example', '//longer.example');
    replaced(substr($text, 0, intdiv(strlen($text), 2)), '//a.example', '//longer.example');
}
echo $changed, "\n";
