#!/usr/bin/env python3
"""Makes the table of verify-states.bats: verify_table.py RELEASE CONTROLS FRESH REBOOT FLUSHED

CONTROLS are lines "NUMBER<tab>OUTCOME" for the probes of FRESH by their place, one number in several lines where it was tried
in several places; the rest are answers of wpns verify --json. The table goes to standard output. The ids of probes that are
refused without walls too, of which nothing is learned, go to standard error.
"""
import json
import re
import sys

HEAD = """# What `wpns verify` says on Debian {number}

One site of two, on a booted {release}: after `wpns add`, after a reboot, after `nft flush ruleset` and the rebuild of the table.
"got" is what came in each of these states, with " / " between them where they differ. "control" is what the same probe got at
that time where no wall is in the way: from the host itself, as root in a unit without any protection, as the database's own root,
or, for calls that a test machine as a container is refused itself, from the machine that carries it. Made by

    scripts/system-test {release} 1 up
    WPNS_TABLES=docs scripts/system-test {release} 1 tests/system/verify-states.bats

{probes} probes in {rows} rows; those of one row differ in who tries only.

| id | who | probe | expected | got | control |
| --- | --- | --- | --- | --- | --- |
"""


def site_a(path):
    with open(path, encoding='utf-8') as file:
        return [probe for probe in json.load(file)['probes'] if probe['site'] == 'site-a']


def as_expected(expected, got):
    if expected == 'names no other site':
        return 'site-b' not in got
    names = [] if got == 'empty' else got.split(',')
    return any(set(names) <= set(choice[1:].split(',')) if choice.startswith('~') else choice == got
               for choice in expected.split('|'))


def cell(text):
    shown = text if len(text) <= 90 else text[:80] + ' and so on'
    return shown.replace('|', ', ').replace('~', 'nothing but ').replace('\\', '')


def control_of(number, probe, controls):
    if probe['who'] == 'host':
        return 'verify.bats breaks it'
    if probe['control']:
        return probe['control']
    for got in controls[number]:
        # 2000 to 2999 are errors of the database's client
        if got.startswith(('bad request', 'cannot run')) or re.fullmatch('2[0-9]{3}|', got):
            sys.exit(f"{probe['id']}: the control did not run: {got}")
        if not as_expected(probe['expected'], got):
            return 'names site-b' if probe['expected'] == 'names no other site' else got
    print(probe['id'], file=sys.stderr)
    return 'refused as well: ' + got


def main():
    release = sys.argv[1]
    with open(sys.argv[2], encoding='utf-8') as file:
        answers = [line.rstrip('\n').split('\t') for line in file]
    controls = {}
    for number, got in answers:
        controls.setdefault(int(number), []).append(got)
    fresh, *later = [site_a(path) for path in sys.argv[3:]]
    others = [{(probe['id'], probe['who'], probe['name']): probe['got'] for probe in state} for state in later]
    rows = {}
    for number, probe in enumerate(fresh):
        key = (probe['id'], probe['who'], probe['name'])
        got = [probe['got'], *[state.get(key, 'not asked') for state in others]]
        shown = cell(got[0]) if len(set(got)) == 1 else ' / '.join(map(cell, got))
        row = (probe['id'], cell(probe['name']), cell(probe['expected']), shown,
               cell(control_of(number, probe, controls)))
        rows.setdefault(row, []).append(probe['who'])
    print(HEAD.format(release=release, number={'bookworm': 12, 'trixie': 13}[release], probes=len(fresh), rows=len(rows)), end='')
    for (ident, name, expected, got, control), who in rows.items():
        print('| ' + ' | '.join([ident, ', '.join(who), name, expected, got, control]) + ' |')


main()
