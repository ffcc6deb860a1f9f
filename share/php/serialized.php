<?php
/**
 * Text in PHP's serialize() format, changed without making values of it: no class is ever looked up, no object made, and
 * whatever is not a string stays as it is, byte by byte.
 */
declare(strict_types=1);

final class Serialized
{
    /** PHP's own reader goes no deeper (unserialize_max_depth). */
    private const DEEPEST = 4096;
    private int $at = 0;
    private int $depth = 0;

    private function __construct(private readonly string $text, private readonly Closure $change)
    {
    }

    /**
     * $text with every string value replaced by what $change makes of it, and its length by the new one; nothing where it is
     * not one serialised value. Keys, names of properties and of classes stay, as does what a class has written by itself
     * ("C:").
     */
    public static function map(string $text, Closure $change): ?string
    {
        // WordPress drops white space around a value before it reads it.
        $body = trim($text);
        if (!preg_match('/^(?:N;|[abdiOCsE]:)/', $body)) {
            return null;
        }
        $reader = new self($body, $change);
        try {
            $changed = $reader->value();
        } catch (UnexpectedValueException) {
            return null;
        }
        $start = strlen($text) - strlen(ltrim($text));
        return $reader->at === strlen($body)
            ? substr($text, 0, $start) . $changed . substr($text, $start + strlen($body)) : null;
    }

    private function value(): string
    {
        $type = $this->text[$this->at] ?? '';
        return match ($type) {
            'N' => $this->taken('/\GN;/'),
            'b' => $this->taken('/\Gb:[01];/'),
            'i' => $this->taken('/\Gi:[+-]?\d+;/'),
            'd' => $this->taken('/\Gd:(?:NAN|-?INF|[+-]?[0-9.]+(?:[eE][+-]?\d+)?);/'),
            'r', 'R' => $this->taken('/\G[rR]:\d+;/'),
            's' => $this->string($this->change),
            'a' => $this->taken('/\Ga:\d+:\{/', $count) . $this->members($count),
            'O' => $this->name('O') . $this->taken('/\G:\d+:\{/', $count) . $this->members($count),
            'E' => $this->name('E') . $this->taken('/\G;/'),
            'C' => $this->name('C') . $this->own(),
            default => throw new UnexpectedValueException(),
        };
    }

    /** What matches here; $number gets the last number in it. */
    private function taken(string $pattern, ?int &$number = null): string
    {
        if (!preg_match($pattern, $this->text, $found, 0, $this->at)) {
            throw new UnexpectedValueException();
        }
        $this->at += strlen($found[0]);
        $number = preg_match('/\d+(?=\D*$)/', $found[0], $digits) ? (int) $digits[0] : 0;
        return $found[0];
    }

    /** $size bytes, whatever they are. */
    private function bytes(int $size): string
    {
        if ($size > strlen($this->text) - $this->at) {
            throw new UnexpectedValueException();
        }
        $bytes = substr($this->text, $this->at, $size);
        $this->at += $size;
        return $bytes;
    }

    private function string(?Closure $change): string
    {
        $this->taken('/\Gs:\d+:"/', $size);
        $value = $this->bytes($size);
        $this->taken('/\G";/');
        if ($change !== null) {
            $value = $change($value);
        }
        return 's:' . strlen($value) . ":\"$value\";";
    }

    private function members(int $count): string
    {
        if (++$this->depth > self::DEEPEST) {
            throw new UnexpectedValueException();
        }
        $text = '';
        while ($count-- > 0) {
            $text .= ($this->text[$this->at] ?? '') === 's' ? $this->string(null) : $this->taken('/\Gi:[+-]?\d+;/');
            $text .= $this->value();
        }
        --$this->depth;
        return $text . $this->taken('/\G\}/');
    }

    /** `O:8:"stdClass"` */
    private function name(string $type): string
    {
        $start = $this->taken("/\\G$type:\\d+:\"/", $size);
        return $start . $this->bytes($size) . $this->taken('/\G"/');
    }

    /** `:5:{what the class has written}` */
    private function own(): string
    {
        $start = $this->taken('/\G:\d+:\{/', $size);
        return $start . $this->bytes($size) . $this->taken('/\G\}/');
    }
}
