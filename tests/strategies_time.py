"""Random schedules as plain data, around instants at which a zone's clock changes."""

from datetime import date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from slakit.schedule import Schedule
from tests.oracle_time import zone_of

DAY = 86_400
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

CHANGES = {
    "Europe/Berlin": ["2020-03-29T01:00", "2020-10-25T01:00"],
    "America/New_York": ["2020-03-08T07:00", "2020-11-01T06:00"],
    "Asia/Tehran": ["2020-03-20T20:30", "2020-09-20T19:30", "2022-09-21T19:30"],
    "Australia/Lord_Howe": ["2020-04-04T15:00", "2020-10-03T15:30"],
    "Africa/Casablanca": ["2020-04-19T02:00", "2020-05-31T02:00"],
    "America/Sao_Paulo": ["2018-11-04T03:00", "2019-02-17T02:00"],
    "America/Havana": ["2020-03-08T05:00", "2020-11-01T05:00"],
    "Asia/Beirut": ["2020-03-28T22:00", "2020-10-24T21:00"],
    "Asia/Gaza": ["2020-03-27T22:00", "2020-10-23T22:00"],
    "Antarctica/Troll": ["2020-03-29T01:00", "2020-10-25T01:00"],
    "Europe/Dublin": ["2019-10-27T01:00"],
    "Pacific/Apia": ["2020-04-04T14:00", "2020-09-26T14:00"],
    "Asia/Pyongyang": ["2018-05-04T15:00"],
    "Africa/Juba": ["2021-01-31T21:00"],
    "Europe/Volgograd": ["2020-12-26T23:00"],
    "America/Whitehorse": ["2020-03-08T10:00"],
    "Asia/Kathmandu": ["2019-12-31T18:00"],
    "UTC": ["2020-02-29T00:00"],
}
"""Zones and instants (UTC) of near years: spring and autumn, at night and at midnight, half and double hours, moved for good, never."""
ALIASES = {
    "UTC": "Etc/UTC",
    "Europe/Berlin": "Arctic/Longyearbyen",
    "America/New_York": "US/Eastern",
    "Asia/Tehran": "Iran",
    "America/Havana": "Cuba",
}
"""Other names of the same clocks."""
LONG_AGO = {
    "Pacific/Apia": ["2011-12-30T10:00"],
    "Pacific/Kwajalein": ["1993-08-21T12:00"],
    "America/St_Johns": ["2006-10-29T02:31", "1988-04-03T03:31"],
    "Africa/Monrovia": ["1972-01-07T00:44"],
    "Europe/London": ["1968-02-18T02:00", "1947-04-13T02:00"],
    "Europe/Amsterdam": ["1940-05-15T23:40"],
    "Asia/Tehran": ["2005-03-21T20:30", "1977-10-20T20:30"],
    "Africa/Cairo": ["2014-05-15T22:00"],
    "America/Recife": ["2000-10-08T03:00", "2000-10-15T02:00"],
    "Africa/Freetown": ["1939-09-05T00:00"],
    "Europe/Berlin": ["2055-03-28T01:00", "1945-05-24T00:00"],
    "America/New_York": ["2099-11-01T06:00"],
}
"""Older and later ones: skipped days, odd minutes, double summer time, changes a week apart, rules beyond 2037."""


def schedules(zone, day, step):
    """Plain weekly hours, effective dates, or algebra, in one zone or in several.

    A schedule has hundreds of parts; drawing each from Hypothesis would take longer than checking
    it, so that Hypothesis draws how rich it is and a seed for the rest.
    """
    return st.builds(lambda rich, seed: Maker(Random(seed), zone, day, step, rich).schedule(), st.integers(0, 3), st.integers(0, 2**32))


class Maker:
    """Draws a schedule near a date from a seeded generator; ``rich`` (0 to 3) bounds how many exceptions it has."""

    def __init__(self, random, zone, day, step, rich):
        """Draw for a zone and around a date, on a grid of so many seconds."""
        self.random, self.zone, self.day, self.step, self.rich = random, zone, day, step, rich

    def hours(self, most=2):
        """Disjoint hours of a day on a grid of ``step`` seconds, as ``(start, end)``."""
        if self.random.random() < 0.1:
            return [(0, DAY)]
        points = sorted(self.random.sample(range(DAY // self.step + 1), 2 * self.random.randint(1, most)))
        return [(start * self.step, end * self.step) for start, end in zip(points[::2], points[1::2], strict=True)]

    def overnight(self, day, limit=DAY):
        """The same hours with the last running on past midnight, by less than ``limit`` and less than a day in all."""
        start = day[-1][0]
        room = (min(limit, start - self.step)) // self.step
        return [*day[:-1], (start, DAY + self.random.randint(1, room) * self.step)] if room > 0 else day

    def week(self):
        """A week of hours, some overnight, none overlapping."""
        base = [self.hours() for _ in range(self.random.randint(1, 3))]
        week = {weekday: list(self.random.choice(base)) for weekday in range(7) if self.random.random() < 0.75}
        for weekday, day in tuple(week.items()):
            if self.random.random() < 0.3:
                following = week.get((weekday + 1) % 7)
                week[weekday] = self.overnight(day, following[0][0] if following else DAY)
        return week

    def near(self):
        """A date within three days."""
        return self.day + timedelta(days=self.random.randint(-3, 3))

    def own_hours(self):
        """Hours of one date, some overnight."""
        day = self.hours()
        return self.overnight(day) if self.random.random() < 0.4 else day

    def weekly(self, zone=None):
        """Weekly hours with dated exceptions."""
        some = range(self.random.randint(0, self.rich))
        seasons = []
        if self.rich and self.random.random() < 0.2:
            first = self.near()
            seasons = [(first, first + timedelta(days=self.random.randint(1, 6)), self.week())]
        return {
            "tz": zone or self.zone,
            "week": self.week(),
            "dates": {self.near(): [] if self.random.random() < 0.2 else self.own_hours() for _ in some},
            "seasons": seasons,
            "holidays": {self.near(): self.random.choice(["", "Nowruz"]) for _ in some},
            "closed": {self.near(): self.own_hours() for _ in some[:2]},
            "closes": self.random.choice(["day", "shift"]),
        }

    def other(self):
        """Weekly hours of another zone."""
        return self.weekly(self.random.choice(["Europe/London", "Asia/Tokyo"]))

    def effective(self, *parts):
        """Parts one after another, a few days apart."""
        start = self.random.randint(-2, 2)
        dates = [None, *(self.day + timedelta(days=start + 2 * number) for number in range(len(parts) - 1))]
        return {"effective": list(zip(dates, parts, strict=True))}

    def joined(self, left, right):
        """Two schedules joined by an operation."""
        return {"op": self.random.choice(["and", "or", "minus"]), "left": left, "right": right}

    def schedule(self):
        """Any schedule."""
        choice = self.random.random() if self.rich else 0
        if choice < 0.45:
            return self.weekly()
        if choice < 0.55:
            parts = handed(self)["effective"]
            return {"effective": [(day, self.random.choice([part, *spellings(part)])) for day, part in parts]}
        inner = self.random.choice([self.weekly, self.weekly, self.other, lambda: self.joined(self.weekly(), self.weekly())])
        if choice < 0.75:
            return self.effective(self.weekly(), inner(), self.weekly())
        side = self.random.choice([inner, lambda: self.effective(self.weekly(), self.weekly())])
        return self.joined(self.weekly(), side())


def handed_over(zone, day, step):
    """Plain parts that follow one another near a date, each with a night over the hand-over and closed time about it."""
    return st.builds(lambda seed: handed(Maker(Random(seed), zone, day, step, 3)), st.integers(0, 2**32))


def handed(maker):
    """Two or three such parts, from seeds."""
    random = maker.random

    def part():
        plain = maker.weekly()
        night = maker.overnight([(random.randint(DAY // 2 // maker.step, DAY // maker.step - 1) * maker.step, DAY)])
        plain["week"] = dict.fromkeys(range(7), night)
        plain["dates"], plain["seasons"] = ({}, []) if random.random() < 0.7 else (plain["dates"], plain["seasons"])
        plain["holidays"] = {maker.day + timedelta(days=random.randint(-1, 2)): "" for _ in range(random.randint(0, 2))}
        return plain

    return maker.effective(*(part() for _ in range(random.randint(2, 3))))


def spellings(plain):
    """Other ways to write the same hours: as algebra, as nested effective dates, in a zone of another name."""
    ways = [
        {"op": "or", "left": plain, "right": plain},
        {"op": "and", "left": plain, "right": plain},
        {"effective": [(None, plain), (date(2190, 1, 1), plain)]},
        {"effective": [(None, plain), (date(1950, 1, 1), {"op": "or", "left": plain, "right": plain})]},
    ]
    if plain["tz"] in ALIASES:
        ways.append({**plain, "tz": ALIASES[plain["tz"]]})
    return ways


def window(at, days):
    """Seconds around an instant given as ISO text, on a grid of a quarter of an hour, and its date."""
    moment = datetime.fromisoformat(at + "+00:00")
    second = int(moment.timestamp()) // 900 * 900
    return second - days * DAY, second + days * DAY, moment.date()


def text(day):
    """Hours as the pairs of text that the library reads."""
    return [[clock(start), clock(end if end <= DAY else end - DAY)] for start, end in day]


def clock(seconds):
    """Seconds from midnight as text."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def week_text(week):
    """A week as the mapping that the library reads."""
    return {NAMES[weekday]: text(day) for weekday, day in week.items()}


def build(plain):
    """The library's schedule for plain data."""
    if "op" in plain:
        left, right = build(plain["left"]), build(plain["right"])
        return left & right if plain["op"] == "and" else left | right if plain["op"] == "or" else left - right
    if "effective" in plain:
        return Schedule.effective({day: build(part) for day, part in plain["effective"]})
    dates = {day.isoformat(): text(own) if own else "closed" for day, own in plain["dates"].items()}
    dates.update({f"{first.isoformat()}/{last.isoformat()}": week_text(week) for first, last, week in plain["seasons"]})
    return Schedule.weekly(
        week_text(plain["week"]),
        tz=plain["tz"],
        dates=dates,
        holidays=plain["holidays"],
        closed={day: text(shut) for day, shut in plain["closed"].items()},
        closes=plain["closes"],
    )


def one_zone(plain):
    """Whether all parts live in one zone."""
    parts = [plain["left"], plain["right"]] if "op" in plain else [part for _, part in plain.get("effective", [])]
    return all(one_zone(part) and zone_of(part) == zone_of(plain) for part in parts)
