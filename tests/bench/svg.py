"""A plot of few series on logarithmic axes, as SVG text. Nothing but the standard library."""
from html import escape
from math import ceil, floor, log10

COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 110, 40, 50


def decades(values):
    """The powers of ten around all values."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return range(low, max(high, low + 1) + 1)


def text(x, y, words, anchor="middle", colour="#333"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def line(points, colour, width=1):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


class Plot:
    """Both axes are logarithmic; `series` maps a name to a list of (size, low, median, high)."""

    def __init__(self, title, x_title, y_title, series):
        self.title, self.x_title, self.y_title, self.series = title, x_title, y_title, series
        rows = [row for rows in series.values() for row in rows]
        self.xs = decades([row[0] for row in rows])
        self.ys = decades([value for row in rows for value in row[1:]])

    def x(self, value):
        return LEFT + (log10(value) - self.xs[0]) / (self.xs[-1] - self.xs[0]) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - (log10(value) - self.ys[0]) / (self.ys[-1] - self.ys[0]) * (HEIGHT - TOP - BOTTOM)

    def axes(self):
        for power in self.xs:
            x = self.x(10**power)
            yield line([(x, TOP), (x, HEIGHT - BOTTOM)], "#ddd")
            yield text(x, HEIGHT - BOTTOM + 18, f"{10**power:g}")
        for power in self.ys:
            y = self.y(10**power)
            yield line([(LEFT, y), (WIDTH - RIGHT, y)], "#ddd")
            yield text(LEFT - 8, y + 4, f"{10**power:g}", "end")
        yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, self.x_title)
        yield text(LEFT - 8, TOP - 12, self.y_title, "end")
        yield text((LEFT + WIDTH - RIGHT) / 2, 20, self.title)

    def lines(self):
        for colour, rows in zip(COLOURS, self.series.values()):
            yield line([(self.x(size), self.y(median)) for size, _, median, _ in rows], colour, 2)
            for size, low, _, high in rows:
                yield line([(self.x(size), self.y(low)), (self.x(size), self.y(high))], colour, 4)

    def labels(self):
        """The names at the ends of the lines, moved apart where they would cover each other."""
        ends = sorted((self.y(rows[-1][2]), self.x(rows[-1][0]), colour, name)
                      for colour, (name, rows) in zip(COLOURS, self.series.items()))
        last = 0
        for y, x, colour, name in ends:
            last = max(y + 4, last + 14)
            yield text(x + 8, last, name, "start", colour)

    def svg(self):
        body = "\n".join([*self.axes(), *self.lines(), *self.labels()])
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n')
