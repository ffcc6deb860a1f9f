"""Table and plots from what scripts/bench measured.

report.py DIR                  reads DIR/*.csv, writes DIR/table.md and the plots beside it
report.py --check OLD NEW      compares the ratios of two such directories; exit status 1 when one is worse

A line of a file is "name,variant,size,value": seconds, or MiB where the name begins with "memory" or "parked". Lines that begin
with # say on what it was measured.
"""
import sys
from collections import defaultdict
from itertools import product
from pathlib import Path
from statistics import median

from svg import Plot

# How much worse a ratio may be than the committed one: machines and their load differ.
TOLERANCE = 1.6
# Seconds below which a median says more about the machine's other work than about wpns: not compared.
NOISE = 0.025

WAYS = {"raw": "raw rtnetlink, the limit", "wpns": "wpns", "batch": "`ip -batch` + `nft -f`", "shell": "a command a step",
        "cni": "CNI's ptp and loopback", "netavark": "netavark, a network a site"}


def read(directory):
    """{(name, variant, size): [value]} and the lines of remarks."""
    values, remarks = defaultdict(list), []
    for path in sorted(Path(directory).glob("*.csv")):
        for row in path.read_text().splitlines():
            if row.startswith("#"):
                remarks.append(f"{path.stem}: {row[2:]}")
                continue
            name, variant, size, value = row.split(",")
            values[name, variant, int(size)].append(float(value))
    return values, remarks


def spread(runs, digits=3):
    """Median, and lowest and highest where there are more than one."""
    def show(value):
        return f"{float(f'{value:.{digits}g}'):g}"
    if len(runs) == 1:
        return f"{show(runs[0])} (once)"
    return f"{show(median(runs))} ({show(min(runs))}–{show(max(runs))})"


def sizes(values, name):
    return sorted({size for (found, _, size) in values if found == name})


def ratios(values):
    """What --check compares, {words: ratio}: the higher, the better for wpns."""
    result = {}
    for (name, variant, size), runs in values.items():
        ours = values.get((name, "wpns", size))
        if ours and median(ours) >= NOISE and variant != "wpns" and not name.startswith("memory"):
            result[f"{name}: {variant} / wpns at {size}"] = median(runs) / median(ours)
    memory = {variant: total(values, variant) for variant in ("wpns", "by-hand")}
    if all(memory.values()):
        result["memory: by-hand / wpns"] = memory["by-hand"] / memory["wpns"]
    for name in ("firewall-connections", "firewall-packets"):
        found = sizes(values, name)
        if len(found) > 1:
            times = [median(values[name, "wpns", size]) for size in (found[0], found[-1])]
            result[f"{name}: at {found[0]} / at {found[-1]} sites"] = times[0] / times[1]
    for name in ("plan-in-memory", "plan", "sync"):
        found = [size for size in sizes(values, name) if size >= 10 and (name, "wpns", size) in values]
        for small, large in zip(found, found[1:]):
            times = [median(values[name, "wpns", size]) / size for size in (small, large)]
            result[f"{name}: cost a site at {small} / at {large}"] = times[0] / times[1]
    return result


def total(values, variant):
    return sum(median(runs) for (name, found, _), runs in values.items() if name.startswith("memory") and found == variant)


def fit(points):
    """Least squares: what it takes without a site, and what each site adds."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return mean_y - slope * mean_x, slope


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def networks(values):
    for name, words in (("networks-up", "Networks set up"), ("networks-down", "Networks removed")):
        found = sizes(values, name)
        if not found:
            continue
        yield f"## {words}: seconds, median (lowest–highest), and how many times what wpns takes\n"
        rows = []
        for way, title in WAYS.items():
            if not any((name, way, size) in values for size in found):
                continue
            row = [title]
            for size in found:
                runs = values.get((name, way, size))
                factor = median(runs) / median(values[name, "wpns", size]) if runs else 0
                row.append(f"{spread(runs)}, **{factor:.2g}×**" if runs else "-")
            rows.append(row)
        yield from table(["way", *(f"{size} site" + "s" * (size > 1) for size in found)], rows)
        yield f"![{words}]({name}.svg)\n"


def adding(values):
    if ("add", "wpns", 1) not in values:
        return
    yield "## From nothing to the first page of an installed WordPress: seconds, median (lowest–highest)\n"
    ours = median(values["add", "wpns", 1])
    ways = [way for way in ("wpns", "by-hand", "pod") if ("add", way, 1) in values]
    rows = [[way, spread(values["add", way, 1]), f"**{median(values['add', way, 1]) / ours:.2g}×**"] for way in ways]
    yield from table(["way", "seconds", "of wpns"], rows)
    steps = [(variant, runs) for (name, variant, _), runs in values.items() if name == "add-step"]
    for way in ways:
        rows = [[words.split(": ", 1)[1], spread(runs)] for words, runs in steps if words.startswith(way + ":")]
        rows.sort(key=lambda row: -float(row[1].split()[0]))
        yield from table([f"step, {way}", "seconds"], rows)


def percentile(runs, share):
    return sorted(runs)[min(len(runs) - 1, int(len(runs) * share))]


def waking(values):
    runs = values.get(("wake", "wpns", 1))
    if runs:
        yield "## First answer of a parked site, everything of it stopped: seconds\n"
        yield from table(["times", "median (lowest–highest)", "99 of 100"],
                         [[str(len(runs)), spread(runs), f"{percentile(runs, 0.99):.3g}"]])


def requests(values):
    rows = []
    for word, title in (("front", "front page"), ("static", "a static file")):
        ours = values.get((f"request-{word}", "wpns", 1))
        for way in ("wpns", "shared", "pod") if ours else ():
            runs = values.get((f"request-{word}", way, 1))
            if not runs:
                continue
            rows.append([title, way, spread([1 / run for run in runs]), spread([run * 1000 for run in values[f"slow-{word}", way, 1]]),
                         f"**{median(ours) / median(runs):.3g}×**"])
    if rows:
        yield "## Requests of eight visitors: median (lowest–highest)\n"
        yield from table(["what", "way", "a second", "99 of 100 take less, ms", "rate of wpns' rate"], rows)


def firewall(values):
    rows = []
    for name, title, count in (("firewall-connections", "connections", 3000), ("firewall-packets", "packets there and back", 30000)):
        found = sizes(values, name)
        for size in found:
            runs = [run / count * 1e6 for run in values[name, "wpns", size]]
            factor = median(values[name, "wpns", size]) / median(values[name, "wpns", found[0]])
            rows.append([title, str(size), spread(runs), f"**{factor:.3g}×**"])
    if rows:
        yield "## One site's traffic through the firewall, one after the other: microseconds each, median (lowest–highest)\n"
        yield from table(["what", "sites", "microseconds", "of one site"], rows)


def parked(values):
    kinds = {name.removeprefix("parked-"): runs for (name, _, _), runs in values.items() if name.startswith("parked-")}
    if kinds:
        whole = sum(median(runs) for runs in kinds.values())
        yield "## A parked site, as the difference that many make: MiB\n"
        yield from table([*kinds, "sum"], [[*(spread(runs) for runs in kinds.values()), f"**{whole:.3g}**"]])


def many(values):
    rows = [[title, str(size), spread(values[name, "wpns", size])]
            for name, title in (("many-sync", "one `wpns sync` that sets them up"),
                                ("many-boot", "boot, from the start of systemd to the last socket that listens"))
            for size in sizes(values, name)]
    if rows:
        yield "## Many parked sites: seconds\n"
        yield from table(["what", "sites", "seconds"], rows)


def settled(values):
    rows = []
    for name, way in product(("plan", "sync", "plan-in-memory"), ("wpns", "no-cache")):
        found = [size for size in sizes(values, name) if (name, way, size) in values]
        if len(found) < 2:
            continue
        base, slope = fit([(size, median(values[name, way, size])) for size in found])
        runs = ", ".join(f"{size}: {spread(values[name, way, size])}" for size in found)
        words = name if way == "wpns" else f"{name} --no-cache"
        rows.append([words, runs, f"{base * 1000:.3g} ms + {slope * 1000:.3g} ms a site"])
    if rows:
        yield "## With nothing to do: seconds by number of sites, median (lowest–highest)\n"
        yield from table(["verb", "sites: seconds", "linear fit"], rows)
        yield "![With nothing to do](settled.svg)\n"


def memory(values):
    rows = []
    for way, words in (("wpns", "wpns"), ("wpns-ten", "wpns, each of ten sites"), ("by-hand", "by-hand")):
        parts = {name: runs for (name, variant, _), runs in values.items() if name.startswith("memory") and variant == way}
        if parts:
            rows.append([words, *(spread(parts[f"memory-{part}"]) for part in ("mysqld", "php", "web")), f"**{total(values, way):.1f}**"])
    if rows:
        yield "## An idle site that has answered: MiB, median (lowest–highest)\n"
        yield from table(["way", "MariaDB", "PHP-FPM with opcode cache", "nginx", "sum"], rows)


def plots(values):
    """{file name: Plot} of what was measured at more than one size."""
    wanted = {"networks-up.svg": ("Networks set up", {way: ("networks-up", way) for way in WAYS}),
              "networks-down.svg": ("Networks removed", {way: ("networks-down", way) for way in WAYS}),
              "settled.svg": ("With nothing to do", {name: (name, "wpns") for name in ("plan", "sync", "plan-in-memory")})}
    for file, (title, names) in wanted.items():
        series = {}
        for label, (name, variant) in names.items():
            rows = [(size, min(runs), median(runs), max(runs)) for (n, v, size), runs in sorted(values.items())
                    if (n, v) == (name, variant)]
            if len(rows) > 1:
                series[label] = rows
        if series:
            yield file, Plot(title, "sites", "seconds", series)


def write(directory):
    values, remarks = read(directory)
    lines = ["# Figures", "", "Made by `scripts/bench`; [README.md](README.md) says how.", ""]
    lines += [f"- {remark}" for remark in remarks] + [""]
    for part in (networks, firewall, adding, waking, requests, settled, memory, parked, many):
        lines += part(values)
    Path(directory, "table.md").write_text("\n".join(lines).rstrip() + "\n")
    for file, plot in plots(values):
        Path(directory, file).write_text(plot.svg())


def check(old, new):
    """True when no ratio that both have got worse by more than the tolerance."""
    before, after = ratios(read(old)[0]), ratios(read(new)[0])
    good = True
    for words in sorted(before.keys() & after.keys()):
        worse = after[words] * TOLERANCE < before[words]
        good = good and not worse
        print(f"{'WORSE' if worse else 'ok':5} {words}: {after[words]:.3g}, was {before[words]:.3g}")
    return good


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(0 if check(*sys.argv[2:]) else 1)
    write(sys.argv[1])
