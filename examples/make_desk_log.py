"""Makes the log of a support desk in Tehran: three months of an office year, drawn with a fixed seed.

The desk works Saturday to Wednesday 08:00-16:00 and Thursday 08:00-12:00 and keeps the holidays of
Nowruz. Customers write at any hour by e-mail, portal, chat and phone; a robot confirms; agents of
three teams answer, note, ask back (pending), wait for others (on_hold), pass on, escalate, solve;
some tickets come back, some are merged, spam, or still open at the end. Surveys go out.

    python examples/make_desk_log.py            # writes examples/data/desk_log.csv again, the same bytes
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

SEED = 1405
TICKETS = 2_200
TEHRAN = timezone(timedelta(hours=3, minutes=30))
START = datetime(2026, 2, 20, tzinfo=TEHRAN)
END = datetime(2026, 5, 22, tzinfo=TEHRAN)
"""1 Esfand 1404 to the end of Ordibehesht 1405: three Jalali months."""

HOLIDAYS = {
    date(2026, 3, 11), date(2026, 3, 20), date(2026, 3, 21), date(2026, 3, 22), date(2026, 3, 23), date(2026, 3, 24),
    date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 14),
}  # fmt: skip
HOURS = {5: (8, 16), 6: (8, 16), 0: (8, 16), 1: (8, 16), 2: (8, 16), 3: (8, 12)}
"""Opening and closing by ``date.weekday()``; Friday is missing."""
SHORT_DAYS = {date(2026, 3, 19): (8, 10)}

COLUMNS = [
    "ticket", "at", "kind", "id", "actor", "role", "public", "status", "to", "to_role", "group", "field", "value", "part", "span",
    "of", "question", "scale", "reason", "evidence", "into",
    "customer", "team", "channel", "category", "subcategory", "impact", "urgency", "priority", "tier",
]  # fmt: skip
TEAMS = {
    "first_line": ["sara", "reza", "maryam", "omid"],
    "technical": ["neda", "hossein", "kian"],
    "billing": ["ladan", "babak"],
}
TOPICS = {
    "account": ["password", "access rights", "new user"],
    "software": ["crash", "slow", "how to", "report wrong"],
    "hardware": ["printer", "terminal", "network"],
    "billing": ["invoice", "refund", "contract"],
}
LEVELS = ("low", "medium", "high")
PRIORITIES = {
    ("low", "low"): "low", ("low", "medium"): "low", ("low", "high"): "normal",
    ("medium", "low"): "low", ("medium", "medium"): "normal", ("medium", "high"): "high",
    ("high", "low"): "normal", ("high", "medium"): "high", ("high", "high"): "urgent",
}  # fmt: skip
FIRST_REPLY_MINUTES = {"low": 260, "normal": 120, "high": 55, "urgent": 16}
RATINGS = ("very bad", "bad", "good", "excellent")


def hours_of(day: date) -> tuple[int, int] | None:
    """Opening and closing hour of a day, None where the desk is closed."""
    return None if day in HOLIDAYS else SHORT_DAYS.get(day, HOURS.get(day.weekday()))


def after_work(start: datetime, minutes: float) -> datetime:
    """The instant at which the desk has worked so many minutes since ``start``."""
    left = timedelta(minutes=minutes)
    day = start.replace(hour=0, minute=0, second=0)
    while True:
        hours = hours_of(day.date())
        if hours is not None:
            opening = max(start, day + timedelta(hours=hours[0]))
            closing = day + timedelta(hours=hours[1])
            if opening + left < closing:
                return (opening + left).replace(microsecond=0)
            left -= max(timedelta(), closing - opening)
        day += timedelta(days=1)


def arrivals(rng: random.Random) -> Iterator[datetime]:
    """When tickets come: mostly in office hours, fewer at night, on Fridays and over Nowruz."""
    while True:
        at = START + timedelta(seconds=rng.randrange(int((END - START).total_seconds())))
        weight = 1.0 if 8 <= at.hour < 16 else 0.35 if 16 <= at.hour < 23 else 0.06  # noqa: PLR2004 - hours of a day
        weight *= 1.0 if hours_of(at.date()) else 0.25
        if rng.random() < weight:
            yield at


@dataclass
class Ticket:
    """One ticket being lived: where its time stands, who has it, and its rows so far."""

    rng: random.Random
    name: str
    at: datetime
    customer: str
    agent: str = ""
    team: str = "first_line"
    rows: list[dict[str, Any]] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    def add(self, kind: str, **keys: Any) -> None:
        """Put a row at the present instant."""
        self.rows.append({"ticket": self.name, "at": self.at.isoformat(), "kind": kind, **keys})

    def chance(self, share: float) -> bool:
        """Whether something that happens in such a share of cases happens now."""
        return self.rng.random() < share

    def wait(self, mean_seconds: float) -> None:
        """Let wall time pass."""
        self.at += timedelta(seconds=1 + int(self.rng.expovariate(1 / mean_seconds)))

    def work(self, mean_minutes: float) -> None:
        """Let working time pass, with the long tail that real desks have."""
        self.at = after_work(self.at, 1 + self.rng.lognormvariate(0, 0.9) * mean_minutes * 0.67)

    def write(self, role: str, actor: str) -> None:
        """A public message."""
        key = f"{self.name}-{len(self.rows)}"
        if role == "agent":
            self.replies.append(key)
        self.add("message", id=key, role=role, actor=actor)

    def handle(self, mean_minutes: float) -> None:
        """Time that the agent has spent up to now."""
        part, seconds = "work", max(20, int(self.rng.gammavariate(2, mean_minutes * 30)))
        self.add("handled", role="agent", actor=self.agent, part=part, span=f"{seconds}s")

    def take(self, team: str) -> None:
        """Give the ticket to an agent of a team."""
        self.team, self.agent = team, self.rng.choice([name for name in TEAMS[team] if name != self.agent])
        self.add("assigned", role="system", to=self.agent, to_role="agent", group=team)

    def opened(self, channel: str) -> None:
        """The ticket arrives."""
        category = self.rng.choices(list(TOPICS), (3, 4, 2, 2))[0]
        impact, urgency = self.rng.choices(LEVELS, (5, 4, 1.5))[0], self.rng.choices(LEVELS, (4, 4, 2))[0]
        number = int(self.customer.removeprefix("c-"))
        if channel == "phone":
            self.agent = self.rng.choice(TEAMS["first_line"])
        self.add(
            "created", role="customer", actor=self.agent or self.customer, status="new", customer=self.customer, channel=channel, category=category,
            subcategory=self.rng.choice(TOPICS[category]), impact=impact, urgency=urgency, priority=PRIORITIES[impact, urgency],
            tier="gold" if number % 10 == 0 else "silver" if number % 3 == 0 else None, team="billing" if category == "billing" else "first_line",
        )  # fmt: skip

    def called(self) -> bool:
        """A phone call; False where the caller gave up."""
        if self.chance(0.04):
            self.wait(70)
            self.add("abandoned", role="customer", actor=self.customer)
            self.add("status", role="system", status="closed")
            return False
        self.add("accepted", role="agent", actor=self.agent)
        for part, mean in (("talk", 240), ("hold", 45), ("wrap", 70)):
            if part != "hold" or self.chance(0.3):
                seconds = max(8, int(self.rng.gammavariate(2, mean / 2)))
                self.at += timedelta(seconds=seconds)
                self.add("handled", role="agent", actor=self.agent, part=part, span=f"{seconds}s")
        self.write("agent", self.agent)
        return True

    def answered(self, priority: str) -> None:
        """The way of a written ticket to its first reply."""
        self.wait(9)
        self.write("bot", "desk-robot")
        if self.rows[0]["channel"] == "chat":
            self.wait(60)
            self.add("handed_over", role="bot", actor="desk-robot")
        self.work(FIRST_REPLY_MINUTES[priority] * 0.5)
        self.take(self.rows[0]["team"])
        if self.chance(0.35):
            self.add("accepted", role="agent", actor=self.agent)
        if self.chance(0.2):
            self.at += timedelta(minutes=2)
            self.add("note", role="agent", actor=self.agent)
        self.work(FIRST_REPLY_MINUTES[priority] * 0.5)
        self.handle(6)
        if self.chance(0.97):
            self.write("agent", self.agent)
        self.add("status", role="agent", actor=self.agent, status="open")

    def rounds(self) -> None:
        """The talk after the first reply: asking back, waiting for others, passing on."""
        while self.chance(0.55):
            turn = self.rng.random()
            if turn < 0.45:  # noqa: PLR2004 - shares of turns
                self.add("status", role="agent", actor=self.agent, status="pending")
                self.wait(16 * 3600)
                self.write("customer", self.customer)
                self.add("status", role="system", status="open")
            elif turn < 0.6:  # noqa: PLR2004
                self.add("status", role="agent", actor=self.agent, status="on_hold")
                self.work(480)
                self.add("status", role="agent", actor=self.agent, status="open")
            elif turn < 0.72:  # noqa: PLR2004
                self.work(30)
                self.add("note", role="agent", actor=self.agent)
                if self.chance(0.6):
                    self.add("escalated", role="agent", actor=self.agent)
                self.take("technical")
                if self.rows[0]["category"] == "hardware":
                    self.work(60)
                    self.add("work_started", role="agent", actor=self.agent)
                    self.at += timedelta(minutes=self.rng.randrange(10, 90))
                    self.add("work_ended", role="agent", actor=self.agent)
            else:
                self.wait(5 * 3600)
                self.write("customer", self.customer)
                if self.chance(0.25):
                    self.wait(1800)
                    self.write("customer", self.customer)
            if self.chance(0.06):
                self.add(
                    "field", role="agent", actor=self.agent, field="priority", value=self.rng.choice(("low", "normal", "high", "urgent"))
                )
            self.work(75)
            self.handle(5)
            self.write("agent", self.agent)

    def solved(self) -> None:
        """The end: thanks, solution, survey; sometimes not the end."""
        while True:
            if self.chance(0.1):
                self.wait(2 * 3600)
                self.write("customer", self.customer)
            self.work(160)
            self.add("status", role="agent", actor=self.agent, status="solved")
            self.surveyed()
            if not self.chance(0.07):
                break
            self.wait(20 * 3600)
            self.write("customer", self.customer)
            self.add("status", role="system", status="open")
            self.work(90)
            self.handle(5)
            self.write("agent", self.agent)
        self.at += timedelta(hours=72)
        self.add("status", role="system", status="closed")

    def surveyed(self) -> None:
        """The questions to the customer, and the answers that come."""
        if not self.chance(0.6):
            return
        self.add("rating_requested", role="system", of="ticket", scale="four")
        loyal = self.chance(0.12)
        if loyal:
            self.add("rating_requested", role="system", of="ticket", question="recommend", scale="nps")
        solved, mood = self.at, self.rng.betavariate(4, 1.6)
        if self.chance(0.4):
            self.wait(3 * 3600)
            self.rated("ticket", mood)
            if self.replies and self.chance(0.3):
                self.rated(self.replies[-1], mood)
            if loyal and self.chance(0.8):
                self.add(
                    "rating", role="customer", actor=self.customer, of="ticket", question="recommend", scale="nps", value=round(10 * mood)
                )
        self.at = solved

    def rated(self, of: str, mood: float) -> None:
        """One rating on the four labels."""
        self.add("rating", role="customer", actor=self.customer, of=of, scale="four", value=RATINGS[min(3, int(mood * 4))])


def live(rng: random.Random, name: str, at: datetime) -> list[dict[str, Any]]:
    """The rows of one ticket from its creation to its end, whenever that is."""
    ticket = Ticket(rng, name, at, customer=f"c-{int(240 * rng.random() ** 2):03d}")
    open_now = (hours := hours_of(at.date())) is not None and hours[0] <= at.hour < hours[1]
    channel = rng.choices(("email", "portal", "chat", "phone"), (4, 3, 2, 3 if open_now else 0))[0]
    ticket.opened(channel)
    if channel == "email" and ticket.chance(0.03):
        ticket.work(60)
        ticket.add("spam", role="agent", actor=rng.choice(TEAMS["first_line"]))
        return ticket.rows
    if channel == "phone":
        if not ticket.called():
            return ticket.rows
    else:
        ticket.answered(ticket.rows[0]["priority"])
    if ticket.chance(0.012):
        began = ticket.at
        ticket.add("excluded", role="system", reason="power cut", evidence="grid notice")
        ticket.at = after_work(began, 100)
        ticket.add("included", role="system", reason="power cut")
    if channel != "phone" or ticket.chance(0.5):
        ticket.rounds()
    if ticket.chance(0.985):
        ticket.solved()
    return ticket.rows


def merge(rng: random.Random, tickets: list[list[dict[str, Any]]]) -> None:
    """Let some customers' second tickets end in their first, as agents do who notice."""
    latest: dict[str, list[dict[str, Any]]] = {}
    for rows in tickets:
        customer = rows[0]["customer"]
        first = latest.get(customer)
        latest[customer] = rows
        created = datetime.fromisoformat(rows[0]["at"])
        if first is None or datetime.fromisoformat(first[-1]["at"]) < created + timedelta(days=4) or rng.random() > 0.03:  # noqa: PLR2004 - a few
            continue
        at = after_work(created, 45)
        rows[:] = [row for row in rows if datetime.fromisoformat(row["at"]) <= at]
        rows.append(
            {
                "ticket": rows[0]["ticket"],
                "at": at.isoformat(),
                "kind": "merged",
                "role": "agent",
                "actor": "sara",
                "into": first[0]["ticket"],
            }
        )
        latest[customer] = first


def make() -> list[dict[str, Any]]:
    """All rows known at the end, in the order in which they happened."""
    rng = random.Random(SEED)
    source = arrivals(rng)
    starts = sorted(next(source) for _ in range(TICKETS))
    tickets = [live(rng, f"T-{number}", at) for number, at in enumerate(starts, 1001)]
    merge(rng, tickets)
    end = END.isoformat()
    return sorted((row for rows in tickets for row in rows if row["at"] < end), key=lambda row: row["at"])


def main(path: Path = Path(__file__).parent / "data" / "desk_log.csv") -> None:
    """Write the log."""
    rows = make()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: given for key, given in row.items() if given is not None} for row in rows)
    print(f"{path}: {len(rows):,} events of {TICKETS:,} tickets")


if __name__ == "__main__":
    main()
