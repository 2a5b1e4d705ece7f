#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the slots of schedules with an oracle of its own.

The oracle knows the tz database through Python's zoneinfo only, and works the
other way round than the engine: it lists every planned wall time around a window,
maps each to instants, and merges what lands on one instant. Windows are 3 days
either side of each change of offset, and random days, from 1970 to 2037.

    zones.py ZONE...          these zones, a part of their changes
    zones.py --full ZONE...   these zones, all of it
    zones.py --each           every distinct zone file of this host, a part
    zones.py --all            every distinct zone file of this host, all of it
"""
import array
import bisect
import calendar
import datetime
import hashlib
import os
import random
import struct
import subprocess
import sys
import time
import zoneinfo

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ZONES = "/usr/share/zoneinfo"
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
DAY = 86400
PLAIN, GAP, REPEATED, NEXT, PREVIOUS = range(5)
RANK = {PLAIN: 0, REPEATED: 0, NEXT: 1, PREVIOUS: 1, GAP: 2}
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

FREE = ["2026-01-01", "2026-12-25", "2018-11-05", "2010-03-15", "2011-12-30", "2030-04-01"]
WORK = ["2026-03-28", "2011-12-31"]
CALENDAR = "weekend sat sun;" + ";".join(FREE) + ";work " + ";work ".join(WORK)

# calendar rule, from, to, schedules
PLANS = [("none", "-", "-", text) for text in (
    "day 00:00", "day 00:30", "day 01:00", "day 01:30", "day 02:00", "day 02:10", "day 02:30",
    "day 03:00", "day 08:00", "day 23:00", "day 23:30", "day 23:59",
    "step 00:00 23:59 1", "step 00:30 23:59 1", "step 00:10 20:00 3", "step 00:59 23:59 2",
    "hours 0,1,2,3,23 15", "hours 2 45", "hours 0,12 0",
    "week sun 02:30", "week sat,sun,mon 00:15", "week fri 01:59",
    "month 1 02:00", "month 31 08:00", "month L 00:00", "month 28,29,30,L 02:30",
    "cron * * * * *", "cron */5 9-18 * * mon-fri", "cron 30 * * * *", "cron 0 */2 * * *",
    "cron */30 2 * * *", "cron */20 0,23 * * *", "cron * 1-2 * * sun",
    "cron 30 2 * * *", "cron 0,10,50 0-4 * * *", "cron 5-59/9 1-3 * * *", "cron 0 0 31 2 *",
    "cron 15 2 * * 0L", "cron 45 1 * * sun#1,sun#2", "cron 0 0 13 * fri", "cron 0 3 */2 * mon",
    "cron 0 1/6 L * *", "cron @hourly", "cron @weekly",
    "day 02:30 + day 03:00", "day 02:30 + cron */15 * * * *",
    "day 08:00 + Asia/Shanghai day 08:00 + UTC day 00:00",
)] + [
    ("skip", "-", "-", "day 02:30"),
    ("next", "-", "-", "week sat,sun 02:30 + month 1,15 08:00"),
    ("previous", "1990-01-01", "2030-06-30", "day 02:00 + cron 0 12 1 * *"),
]


def ordinal(text):
    return datetime.date.fromisoformat(text).toordinal() - EPOCH_DAY


class Zone:
    """Offsets as zoneinfo gives them."""

    cache = {}

    def __init__(self, name):
        self.name = name
        self.info = zoneinfo.ZoneInfo(name)
        self.kept = None

    @classmethod
    def get(cls, name):
        if name not in cls.cache:
            cls.cache[name] = cls(name)
        return cls.cache[name]

    def offset(self, at):
        delta = datetime.datetime.fromtimestamp(at, self.info).utcoffset()
        return delta.days * DAY + delta.seconds

    def change(self, low, high):
        """The first second in (low, high] with the offset of high."""
        before = self.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def spans(self, start, end, step):
        """(start, end, offset) of each stretch of constant offset."""
        found, begin, before = [], start, self.offset(start)
        for at in range(start + step, end + step, step):
            at = min(at, end)
            after = self.offset(at)
            while after != before:
                turn = self.change(max(begin, at - step), at)
                found.append((begin, turn, before))
                begin, before = turn, self.offset(turn)
        found.append((begin, end, before))
        return found

    def always(self):
        """The spans from before all windows until after them; kept."""
        if not self.kept:
            first, last = ordinal("1969-12-01") * DAY, ordinal("2038-01-15") * DAY
            self.kept = self.spans(first, last, 1800)
        return self.kept

    def changes(self):
        first = ordinal("1970-01-02") * DAY
        last = ordinal("2037-12-30") * DAY
        return [span[0] for span in self.spans(first, last, DAY)[1:]]


# --- schedules, read from the text that the driver reads --------------------------


def clock(text):
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def cron_values(text, low, high, names):
    values = set()
    for item in text.split(","):
        item, _, step = item.partition("/")
        if item == "*":
            first, last = low, high
        else:
            first, _, last = item.partition("-")
            first = low + names.index(first) if first in names else int(first)
            if last:
                last = low + names.index(last) if last in names else int(last)
            else:
                last = high if step else first
        values.update(range(first, last + 1, int(step or 1)))
    return values


class Schedule:
    NAMED = {"@hourly": "0 * * * *", "@weekly": "0 0 * * 0"}

    def __init__(self, text):
        words = text.split()
        self.zone = words.pop(0) if words[0][0].isupper() else None
        kind = words.pop(0)
        self.elapsed = False
        self.day = lambda date: True
        if kind == "day":
            self.times = [clock(words[0])]
        elif kind == "step":
            self.times = list(range(clock(words[0]), clock(words[1]) + 1, 60 * int(words[2])))
        elif kind == "hours":
            self.times = [60 * int(hour) + int(words[1]) for hour in words[0].split(",")]
        elif kind == "week":
            self.times = [clock(words[1])]
            days = words[0].split(",")
            self.day = lambda date: WEEKDAYS[date.isoweekday() % 7] in days
        elif kind == "month":
            self.times = [clock(words[1])]
            days = words[0].split(",")
            self.day = lambda date: (str(date.day) in days
                                     or ("L" in days and is_last(date)))
        else:
            self.cron(self.NAMED.get(words[0], " ".join(words)).split())
        self.times.sort()
        self.seconds = [minute * 60 for minute in self.times]

    def cron(self, field):
        minutes = cron_values(field[0], 0, 59, [])
        hours = cron_values(field[1], 0, 23, [])
        self.times = [60 * hour + minute for hour in hours for minute in minutes]
        self.elapsed = field[0][0] == "*" or field[1][0] == "*"
        months = cron_values(field[3], 1, 12, MONTHS)
        both = field[2][0] == "*" or field[4][0] == "*"

        month_days = cron_values(field[2], 1, 31, []) if field[2] != "L" else ()

        def in_month_days(date):
            return date.day in month_days or (field[2] == "L" and is_last(date))

        def in_weekdays(date):
            weekday = date.isoweekday() % 7
            for item in field[4].split(","):
                if item.endswith("L"):
                    if weekday == int(item[0]) and (date + datetime.timedelta(7)).month != date.month:
                        return True
                elif "#" in item:
                    name, nth = item.split("#")
                    if weekday == WEEKDAYS.index(name) and (date.day + 6) // 7 == int(nth):
                        return True
                elif weekday in cron_values(item, 0, 6, WEEKDAYS):
                    return True
            return False

        cache = {}

        def day(date):
            if date not in cache:
                a, b = in_month_days(date), in_weekdays(date)
                cache[date] = date.month in months and ((a and b) if both else (a or b))
            return cache[date]

        self.day = day


def is_last(date):
    return date.day == calendar.monthrange(date.year, date.month)[1]


class Plan:
    def __init__(self, rule, first, last, text):
        self.rule, self.text = rule, text
        self.first = ordinal(first) if first != "-" else -10**9
        self.last = ordinal(last) if last != "-" else 10**9
        self.schedules = [Schedule(part) for part in text.split(" + ")]
        self.planned = [{} for _ in self.schedules]
        self.free = {ordinal(day) for day in FREE}
        self.work = {ordinal(day) for day in WORK}

    def is_working(self, day):
        if day in self.work:
            return True
        return day not in self.free and (day + 4) % 7 not in (0, 6)

    def runs_on(self, schedule, planned):
        """The day on which what is planned for this one runs; None: on none."""
        if not self.first <= planned <= self.last:
            return None
        if not schedule.day(datetime.date.fromordinal(planned + EPOCH_DAY)):
            return None
        day = planned
        if self.rule != "none" and not self.is_working(day):
            if self.rule == "skip":
                return None
            while not self.is_working(day):
                day += 1 if self.rule == "next" else -1
        return day

    def days(self, number, first, last):
        """{day something runs on: day it was planned for}"""
        found, cache = {}, self.planned[number]
        near = 0 if self.rule == "none" else 8
        for planned in range(first - near, last + near + 1):
            if planned not in cache:
                cache[planned] = self.runs_on(self.schedules[number], planned)
            day = cache[planned]
            if day is None:
                continue
            if day not in found or abs(day - planned) < abs(day - found[day]):
                found[day] = planned
        return found

    def is_simple(self):
        """Every instant of its own: nothing to merge."""
        return len(self.schedules) == 1 and self.schedules[0].elapsed

    def chunks(self, zone, start, end, spans_of):
        """[([instant, ...], business day, reason)] of a simple plan, in order."""
        schedule, spans = self.schedules[0], spans_of(zone)
        days = sorted(self.days(0, (start + spans[0][2]) // DAY - 2,
                                (end + spans[-1][2]) // DAY + 2).items())
        found = []
        for begin, until, offset in spans:
            begin, until = max(begin, start), min(until, end)
            for day, planned in days:
                base = day * DAY - offset
                if base + DAY <= begin or base >= until:
                    continue
                seconds = schedule.seconds
                first = bisect.bisect_left(seconds, begin - base)
                last = bisect.bisect_left(seconds, until - base)
                if first < last:
                    reason = PLAIN if day == planned else NEXT if planned < day else PREVIOUS
                    found.append(([base + s for s in seconds[first:last]], planned - 1, reason))
        return found

    def slots(self, zone, start, end, spans_of):
        """{instant: (business day, reason)} of the window."""
        found = {}
        for number, schedule in enumerate(self.schedules):
            spans = spans_of(Zone.get(schedule.zone) if schedule.zone else zone)
            first = (start + spans[0][2]) // DAY - 2
            last = (end + spans[-1][2]) // DAY + 2
            inside = [(max(begin, start), min(until, end), offset)
                      for begin, until, offset in spans if begin < end and until > start]
            for day, planned in self.days(number, first, last).items():
                if schedule.elapsed:
                    self.elapsed(found, schedule, inside, day, planned)
                else:
                    self.fixed(found, schedule, spans, day, planned)
        return {at: value for at, value in found.items() if start <= at < end}

    def elapsed(self, found, schedule, spans, day, planned):
        reason = PLAIN if day == planned else NEXT if planned < day else PREVIOUS
        for begin, until, offset in spans:
            base = day * DAY - offset
            if base + DAY <= begin or base >= until:
                continue
            hits = [base + minute * 60 for minute in schedule.times
                    if begin <= base + minute * 60 < until]
            for at in hits:
                merge(found, at, planned - 1, reason)

    def fixed(self, found, schedule, spans, day, planned):
        begin, until, offset = spans[0]
        base = day * DAY - offset
        if len(spans) == 1 and begin <= base and base + DAY <= until:
            reason = PLAIN if day == planned else NEXT if planned < day else PREVIOUS
            for second in schedule.seconds:
                merge(found, base + second, planned - 1, reason)
            return
        for minute in schedule.times:
            wall = day * DAY + minute * 60
            hits = [wall - offset for begin, until, offset in spans
                    if begin <= wall - offset < until]
            reason = PLAIN
            if hits:
                at = hits[0]
                if len(hits) > 1:
                    reason = REPEATED
                if day != planned:
                    reason = NEXT if planned < day else PREVIOUS
            else:
                later = [(begin, offset) for begin, until, offset in spans
                         if begin + offset > wall]
                if not later:
                    continue
                at, offset = later[0]
                at += -(at + offset) % 60
                reason = GAP
            merge(found, at, planned - 1, reason)


def merge(found, at, business, reason):
    old = found.get(at)
    if old:
        if RANK[reason] > RANK[old[1]]:
            return
        if RANK[reason] == RANK[old[1]]:
            earlier = business < old[0]
            if business == old[0] or earlier == (reason == NEXT):
                return
    found[at] = (business, reason)


# --- comparison ---------------------------------------------------------------------


class Driver:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.send("calendar\t" + CALENDAR)
        for plan in PLANS:
            self.send("schedule\t" + "\t".join(plan))

    def send(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def window(self, zone, start, end):
        self.send("window\t%s\t%d\t%d" % (zone, start, end))
        self.process.stdin.flush()

    def records(self):
        head = self.process.stdout.read(8)
        if len(head) < 8:
            raise SystemExit("not ok zones: the driver ended")
        return self.process.stdout.read(16 * struct.unpack("=q", head)[0])


def pack(slots):
    flat = array.array("q")
    for at in sorted(slots):
        business, reason = slots[at]
        flat.append(at)
        flat.append((business & 0xffffffff) | reason << 32)
    return flat.tobytes()


def show(data):
    lines = []
    for at, business, reason in struct.iter_unpack("=qii", data):
        lines.append("%s business %s reason %d" % (
            (EPOCH + datetime.timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            datetime.date.fromordinal(business + EPOCH_DAY), reason))
    return lines


def report(zone, plan, what, got, expected):
    got, expected = show(got), show(expected)
    print("%s, %s %s: %s" % (zone.name, plan.rule, plan.text, what))
    for line in sorted(set(got) ^ set(expected))[:6]:
        print("   %s %s" % ("engine only" if line in got else "oracle only", line))


def margin(start, end):
    """Of a long window business dates are asked for, whose slots may lie outside."""
    return 3 * DAY if end - start > DAY else 0


def by_date(firsts, start, end):
    """The first slots of the business dates inside, in the order of the dates."""
    return b"".join(pack({at: (day, reason)}) for day, (at, reason) in sorted(firsts.items())
                    if start // DAY + 1 <= day < end // DAY - 2)


def expect(plan, zone, start, end, spans_of):
    """What the driver should answer: the slots, and the first of each date."""
    more = margin(start, end)
    found, firsts = plan.slots(zone, start - more, end + more, spans_of), {}
    for at in sorted(found):
        firsts.setdefault(found[at][0], (at, found[at][1]))
    inside = {at: value for at, value in found.items() if start <= at < end}
    return pack(inside), by_date(firsts, start, end)


def expect_simple(plan, zone, start, end, spans_of):
    """The same for a plan of which each instant is of its own, without a dictionary."""
    more = margin(start, end)
    firsts, packed = {}, []
    for hits, business, reason in plan.chunks(zone, start - more, end + more, spans_of):
        firsts.setdefault(business, (hits[0], reason))
        hits = hits[bisect.bisect_left(hits, start):bisect.bisect_left(hits, end)]
        flat = array.array("q", bytes(16 * len(hits)))
        flat[0::2] = array.array("q", hits)
        flat[1::2] = array.array("q", [(business & 0xffffffff) | reason << 32]) * len(hits)
        packed.append(flat.tobytes())
    return b"".join(packed), by_date(firsts, start, end)


def compare(driver, plans, zone, start, end):
    """(slots compared, plans that differ) of one window."""
    driver.window(zone.name, start, end)
    reach = margin(start, end) + 2 * DAY
    cache = {zone.name: zone.spans(start - reach, end + reach, 1800)}

    def spans_of(which):
        if which.name not in cache:
            cache[which.name] = [s for s in which.always()
                                 if s[0] < end + reach and s[1] > start - reach]
        return cache[which.name]

    slots, bad = 0, 0
    for plan in plans:
        oracle = expect_simple if plan.is_simple() else expect
        expected, by_day = oracle(plan, zone, start, end, spans_of)
        got, got_by_day = driver.records(), driver.records()
        slots += len(expected) // 16
        if got != expected:
            report(zone, plan, "slots from %d to %d" % (start, end), got, expected)
            bad += 1
        elif got_by_day != by_day:
            report(zone, plan, "by date from %d to %d" % (start, end), got_by_day, by_day)
            bad += 1
    return slots, bad


def windows(zone, full):
    source = random.Random(zone.name)
    changes = zone.changes()
    if not full:
        largest = sorted(changes, key=lambda at: abs(zone.offset(at) - zone.offset(at - 1)))[-1:]
        changes = sorted(set(source.sample(changes, min(len(changes), 5)) + largest))
    for at in changes:
        at -= at % 60
        yield at - 3 * DAY, at + 3 * DAY
    first, last = ordinal("1970-01-10"), ordinal("2037-12-20")
    for _ in range(200 if full else 8):
        day = source.randrange(first, last)
        yield day * DAY, (day + 1) * DAY


def check_zone(driver, plans, name, full):
    zone = Zone.get(name)
    total, bad, count = 0, 0, 0
    for start, end in windows(zone, full):
        slots, wrong = compare(driver, plans, zone, start, end)
        total += slots
        bad += wrong
        count += 1
    print("%s zones %s: %d windows, %d slots, %d differences" % (
        "not ok" if bad else "ok", name, count, total, bad), flush=True)
    return bad


def every_zone():
    """One name for each distinct file."""
    seen = {}
    for folder, below, files in os.walk(ZONES):
        below[:] = sorted(name for name in below if name not in ("posix", "right"))
        for name in sorted(files):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = file.read()
            short = os.path.relpath(path, ZONES)
            if data[:4] == b"TZif" and short[0].isupper():
                seen.setdefault(hashlib.sha256(data).digest(), short)
    return sorted(seen.values())


def main(arguments):
    full = False
    driver_path = os.path.join(ROOT, "build/opt/tests/zones_driver")
    names = []
    share, of = 0, 1
    for argument in arguments:
        if argument == "--all":
            full, names = True, every_zone()
        elif argument == "--each":
            names = every_zone()
        elif argument == "--full":
            full = True
        elif argument.startswith("--driver="):
            driver_path = argument[9:]
        elif argument.startswith("--share="):
            share, of = map(int, argument[8:].split("/"))
        else:
            names.append(argument)
    if of == 1 and len(names) > 1 and (os.cpu_count() or 1) > 1:
        # zones are shared out over the processors
        of = os.cpu_count()
        parts = [subprocess.Popen([sys.executable, __file__, "--share=%d/%d" % (i, of)] + arguments)
                 for i in range(of)]
        return max(part.wait() for part in parts)
    zoneinfo.reset_tzpath([ZONES])
    driver, plans = Driver(driver_path), [Plan(*plan) for plan in PLANS]
    start, bad = time.time(), 0
    for name in names[share::of]:
        bad += check_zone(driver, plans, name, full)
    driver.process.stdin.close()
    bad += driver.process.wait() != 0
    print("%d zones, %d plans, %d differences, %d s" % (
        len(names[share::of]), len(plans), bad, time.time() - start))
    return 1 if bad else 0


sys.exit(main(sys.argv[1:]))
