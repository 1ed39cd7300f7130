"""A deliberately naive oracle of the clocks: one ticket after another, one flag for each second of at most ten days.

It shares no code with the library and reads the catalogue off the prose of SPEC 3 and 4: a metric is a list of
episodes between two rows, and a span is the number of seconds of an episode whose flags are set. Flags are
the bits of one whole number, so that counting them is quick. Where the prose leaves a case open, the
decision that the oracle follows stands in ``docs/decisions/``.

Rows are plain dictionaries with whole-second ISO times, as ``EventLog.from_records`` takes them.
"""

from datetime import UTC, datetime

from tests.oracle_rows import GONE, SOLVED, TEN_DAYS, Found, Row, between, end, gone_at, tie


class Oracle:
    """The cycles of a log.

    Args:
        rows: the log; every ticket's first row is its only `created`.
        statuses: the product's own statuses -> categories.
        as_of: an aware datetime.
        window: where the log lies.
        responders: roles whose public messages are replies.
    """

    def __init__(self, rows, statuses, as_of, window, responders=("agent",)):
        self.statuses, self.window, self.responders = statuses, window, responders
        self.until = window.second(as_of)
        self.lives = {}
        for order, row in enumerate(rows):
            at = window.second(datetime.fromisoformat(row["at"]).astimezone(UTC))
            if at <= self.until:
                self.lives.setdefault(row["ticket"], []).append((at, row.get("seq", 0), tie(row), order, row))
        self.lives = {ticket: self.life(ticket, sorted(found, key=lambda one: one[:4])) for ticket, found in self.lives.items()}
        for ticket, life in self.lives.items():
            last = gone_at(life)
            if last is not None and last.kind == "merged" and last.keys["into"] in self.lives and last.keys["into"] != ticket:
                self.hand_over(ticket, last)

    def life(self, ticket, found):
        """The rows of one ticket in order, each with the status category before and after it; an id once."""
        life, ids, category = [], set(), ""
        for at, _, _, _, row in found:
            if row.get("id") is not None and row["id"] in ids:
                continue
            ids.add(row.get("id"))
            one = Row(at, row["kind"], row, before=category, number=len(life), ticket=ticket)
            if row["kind"] in {"created", "status"}:
                own = row.get("status")
                category = self.statuses.get(own, own) or category or "new"
            one.after = category
            life.append(one)
        assert life[0].kind == "created"
        assert all(row.kind != "created" for row in life[1:])
        return life

    def hand_over(self, donor, merged):
        """Note at the survivor's last row before the merge that another ticket is merged into it."""
        key = (merged.at, merged.keys.get("seq", 0), tie(merged.keys))
        before = [row for row in self.lives[merged.keys["into"]] if (row.at, row.keys.get("seq", 0), tie(row.keys)) <= key]
        host = before[-1] if before else self.lives[merged.keys["into"]][0]
        host.donors.append((key, donor, merged))
        host.donors.sort(key=lambda one: one[0])

    def replies(self, row):
        """A public message of a responder."""
        return row.kind == "message" and row.public and row.role in self.responders

    # The waits of the customer, which both response clocks ask for.

    def waits(self, ticket, until=None):
        """Walk a ticket's life: after each row, (row, merge, asked before, answered before, unanswered before it)."""
        asked = answered = False
        unanswered = []
        for row in self.lives[ticket]:
            yield row, None, asked, answered, list(unanswered)
            if row.kind == "created":
                asked = row.role != "agent"
                unanswered = [row] if asked and row.after not in SOLVED else []
            elif row.asks:
                asked = True
                unanswered.append(row)
            elif self.replies(row) and asked:
                answered, unanswered = True, []
            elif row.solves:
                unanswered = []
            if row is until:
                return
            for _, donor, merged in row.donors:
                *_, (_, _, theirs_asked, theirs_answered, theirs) = [*self.waits(donor, merged), self.left(donor, merged)]
                answered = answered if asked else theirs_answered
                asked = asked or theirs_asked
                unanswered = sorted([*unanswered, *theirs], key=lambda one: one.at)
                yield row, merged, asked, answered, (list(unanswered) if theirs else [])

    def left(self, ticket, until):
        """What a ticket hands over after its last row."""
        asked = answered = False
        unanswered = []
        for row, merge, asked, answered, unanswered in self.waits(ticket, until):  # noqa: B007 - the last one counts
            last = row, merge
        assert last == (until, None)
        return until, None, asked, answered, unanswered

    def responses(self, ticket, name):
        """First response, and next response by the oldest and by the latest message."""
        first, latest = name.startswith("first_response"), name == "next_response.latest"
        found, running = [], None
        for row, merged, asked, answered, unanswered in self.waits(ticket):
            if self.is_gone(row):
                break
            if merged is not None:
                at = max(merged.at, self.lives[ticket][0].at)
                if not unanswered or row.after in SOLVED or row.kind in GONE:
                    continue
                if running is not None:
                    if not latest and unanswered[0].at < running.start:
                        running.start = unanswered[0].at
                elif first != answered:
                    running = Found(name, (unanswered[-1] if latest else unanswered[0]).at, row.number, at)
                    found.append(running)
                continue
            if running is not None:
                if row.kind in GONE:
                    end(running, row, row.kind)
                    running = None
                elif row.solves:
                    end(running, row, "solved_without_reply" if first else "solved")
                    running = None
                elif self.replies(row):
                    end(running, row, "reply", stopped=True)
                    running = None
                elif latest and row.asks:
                    end(running, row, "reset")
                    running = None
                if running is not None or row.kind in GONE:
                    continue
            if row.after in SOLVED or row.kind in GONE:
                continue
            begins = None
            if (first and row.kind == "created" and row.role != "agent") or (first and row.asks and not asked):
                begins = row
            elif first and row.reopens and asked and not answered:
                begins = unanswered[0] if unanswered else row
            elif not first and row.asks and answered:
                begins = row
            elif not first and row.reopens and answered and unanswered:
                begins = unanswered[-1] if latest else unanswered[0]
            if begins is not None:
                running = Found(name, begins.at, begins.number, row.at)
                found.append(running)
        return found

    def is_gone(self, row):
        """Whether the ticket had left the desk before this row."""
        gone = gone_at(self.lives[row.ticket])
        return gone is not None and row.number > gone.number

    # Clocks between two sorts of rows.

    def episodes(self, ticket, name, starts, stops):
        """From each row that starts to the next that stops; a solve or the ticket's end ends what nothing else did."""
        found, running = [], None
        for row in self.lives[ticket]:
            if running is not None:
                cause = stops(row)
                if row.kind in GONE:
                    end(running, row, row.kind)
                    return found
                if cause is not None:
                    end(running, row, cause, stopped=True)
                    running = None
                elif row.solves and not name.startswith("time_in"):
                    end(running, row, "solved")
                    running = None
            if row.kind in GONE:
                return found
            if running is None and starts(row) and (name.startswith("time_in") or row.after not in SOLVED):
                running = Found(name, row.at, row.number, row.at)
                found.append(running)
        return found

    def taken_up(self, row):
        """A human takes the ticket up."""
        human = row.role not in {"bot", "system", "customer"}
        return (
            (row.kind in {"accepted", "work_started"} and human)
            or (row.kind == "assigned" and row.keys.get("to") is not None and row.keys.get("to_role") not in {"bot", "system"})
            or (row.kind == "message" and row.role == "agent" and row.public)
        )

    def holdings(self, ticket):
        """Ownership: from each assignment to an agent or a group until somebody else, or nobody, has it."""
        holders, holder = {}, None
        for row in self.lives[ticket]:
            if row.kind == "assigned":
                to, group = row.keys.get("to"), row.keys.get("group")
                taker = ("to", to) if to is not None else ("group", group) if group is not None else None
                holders[row.number] = (taker, taker != holder, row.keys.get("to_role") in {"bot", "system"} and to is not None)
                holder = taker

        def starts(row):
            return row.number in holders and holders[row.number][0] is not None and not holders[row.number][2]

        def stops(row):
            return "handed_over" if row.number in holders and holders[row.number][1] else "solved" if row.solves else None

        return self.episodes(ticket, "ownership", starts, stops)

    def found(self, ticket, name):
        """The cycles of one clock on one ticket, without their spans."""
        if "_response" in name:
            return self.responses(ticket, name)
        if name == "ownership":
            return self.holdings(ticket)
        if name in {"periodic_update", "pausable_update"}:
            return self.episodes(ticket, name, self.replies, lambda row: "reply" if self.replies(row) else None)
        if name.startswith("time_in."):
            category = name.removeprefix("time_in.")
            return self.episodes(
                ticket,
                name,
                lambda row: row.after == category != row.before,
                lambda row: "left" if row.before == category != row.after else None,
            )
        if name == "queue":
            taken = lambda row: "taken_up" if self.taken_up(row) else None  # noqa: E731 - a word for a condition
            return self.episodes(ticket, name, lambda row: row.kind == "created", taken)[:1]
        solved = lambda row: "solved" if row.solves else None  # noqa: E731 - a word for a condition
        if name == "service_delivery.accepted":
            return self.episodes(ticket, name, lambda row: row.kind == "accepted", solved)
        if name.startswith("service_delivery"):
            return self.episodes(ticket, name, self.taken_up, solved)
        found = self.episodes(ticket, name, lambda row: row.kind == "created" or row.reopens, solved)
        return found[:1] if name == "first_resolution" else found

    # Spans: seconds with their flags set.

    def cycles(self, name, schedule, excluded=lambda _life: 0):
        """The rows of one clock: dictionaries as the library gives them, spans in microseconds.

        Args:
            name: the clock.
            schedule: function of a ticket's life and a stop row -> open flags.
            excluded: function of a ticket's life -> flags of the seconds taken out.
        """
        pauses = {
            "first_response.pausable": ("pending", "on_hold"), "agent_work": ("pending", "on_hold"), "resolution": ("pending",),
            "resolution.each": ("pending",), "first_resolution": ("pending",), "requester_wait": ("pending",), "pausable_update": ("pending",),
            "service_delivery.net": ("pending",),
        }.get(name, ())  # fmt: skip
        sums_up = name in {"first_response.pausable", "resolution", "total_resolution", "requester_wait", "agent_work"}
        rows = []
        for ticket in sorted(self.lives):
            life = self.lives[ticket]
            waiting = self.in_category(life, pauses)
            before = 0
            for ordinal, cycle in enumerate(self.found(ticket, name), start=1):
                stop = self.until if cycle.stop is None else cycle.stop
                is_open = between(cycle.start, stop) & schedule(life, cycle.stop_row)
                out = is_open & excluded(life)
                paused = is_open & ~out & waiting & between(cycle.opened, stop)
                elapsed = (is_open & ~out & ~paused).bit_count()
                open_phase = "paused" if pauses and life[-1].after in pauses and cycle.stop is None else "running"
                agent, team = self.responsible(life, cycle.stop_row)
                rows.append({
                    "ticket": ticket, "metric": name, "ordinal": ordinal, "started": cycle.start, "stopped": cycle.stop,
                    "phase": open_phase if cycle.stop is None else "stopped" if cycle.stopped else "cancelled", "cause": cycle.cause,
                    "elapsed_us": elapsed * 10**6, "accumulated_us": ((before if sums_up else 0) + elapsed) * 10**6,
                    "paused_us": paused.bit_count() * 10**6, "excluded_us": out.bit_count() * 10**6, "wall_us": (stop - cycle.start) * 10**6,
                    "agent": agent, "team": team,
                })  # fmt: skip
                before += elapsed
        return rows

    def in_category(self, life, categories):
        """Flags of the seconds that the ticket spends in some categories."""
        flags = 0
        for row, following in zip(life, [*life[1:], None], strict=True):
            if row.after in categories:
                flags |= between(row.at, TEN_DAYS if following is None else following.at)
        return flags

    def responsible(self, life, stop_row):
        """Who was responsible just before the stop (else just after it), or at the end of an open cycle."""
        if stop_row is None:
            return self.in_charge(life)
        before, after = self.in_charge(life[: stop_row.number]), self.in_charge(life[: stop_row.number + 1])
        return tuple(one if one is not None else other for one, other in zip(before, after, strict=True))

    def in_charge(self, rows):
        """The agent: the receiver of the last assignment or the actor of the last acceptance, else the first to answer since."""
        agent = team = None
        for row in rows:
            keys = row.keys
            if row.kind == "created":
                team = keys.get("team", keys.get("group"))
            elif row.kind == "assigned":
                agent = keys.get("to") if keys.get("to_role") not in {"bot", "system"} else None
                team = keys.get("group", team)
            elif row.kind == "accepted":
                agent = keys.get("actor") or agent
            elif row.kind == "field" and keys["field"] == "team":
                team = keys.get("value")
            elif row.kind == "message" and row.role == "agent" and row.public and agent is None:
                agent = keys.get("actor")
        return agent, team

    def own_exclusions(self, life):
        """Flags of the seconds between `excluded` and the next `included`, or the end."""
        flags, since = 0, None
        for row in life:
            if row.kind == "excluded" and since is None:
                since = row.at
            elif row.kind == "included" and since is not None:
                flags |= between(since, row.at)
                since = None
        return flags | (between(since, TEN_DAYS) if since is not None else 0)
