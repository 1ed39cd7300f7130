"""The example's statement: its printed figures add up by arithmetic of the test's own."""

import re
from fractions import Fraction

import pytest

from tests.test_examples import run

UNITS = {"h": 3600, "m": 60, "s": 1}


def seconds(text: str) -> Fraction:
    """A printed span in seconds."""
    return Fraction(sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([hms])", text)))


def number(text: str) -> int:
    """A printed whole number."""
    return int(text.replace(",", ""))


@pytest.mark.parametrize("rate", [50_000, 333])
def test_the_statement_adds_up(rate):
    """Each line is its overrun in minutes times the rate, rounded to a rial; lines sum to customers, customers to the total, months to the whole."""
    done = run("penalty_report.py", "--rate", rate, "--month", "1405-01")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Penalties of Farvardin 1405 (فروردین ۱۴۰۵) as of 2026-05-21 20:30:00Z")
    exact = every = total = 0
    parts = done.stdout.partition("\ntotal: ")[0].split("\n\n")[1:]
    assert len(parts) > 50
    for part in parts:
        lines = re.findall(
            r"^  T-\d+ +[\w.]+ \d+(?: \(open\))? +([\dhms ]+?)  +([\dhms ]+?)  +[\d,./ ]+  [\d,]+ IRR a minute +([\d,]+) IRR$",
            part,
            re.MULTILINE,
        )
        assert len(lines) == part.count("  T-")
        for overrun, charged, amount in lines:
            assert overrun == charged
            off = abs(number(amount) - int(seconds(overrun) * rate / 60 + Fraction(1, 2)))
            assert off <= 1  # begun in an earlier month, a line is the difference of two rounded charges
            exact += off == 0
            every += 1
        together = sum(number(amount) for *_, amount in lines)
        assert number(re.search(r"  sum: ([\d,]+) IRR", part)[1]) == together
        total += together
    assert exact > 0.9 * every
    assert number(re.search(r"\ntotal: ([\d,]+) IRR", done.stdout)[1]) == total
    months = dict(re.findall(r"(\d{4}-\d{2}) ([\d,]+) IRR", done.stdout.partition("in all months: ")[2].partition("\n")[0]))
    assert number(months["1405-01"]) == total
    assert number(re.search(r"together ([\d,]+) IRR", done.stdout)[1]) == sum(map(number, months.values()))


def test_a_disputed_ticket_is_explained():
    """A ticket of one's choice is told month by month and stretch by stretch: the minutes that resolution used, less the eight hours, are those charged for it."""
    done = run("penalty_report.py", "--ticket", "T-1978")
    assert done.returncode == 0, done.stderr
    told = done.stdout.partition("the disputed ticket T-1978")[2]
    assert re.search(r"breached 2026-\d\d-\d\d [\d:]+Z, (ended|still open)", told)
    stretches = re.findall(r"  running: ([\d.,]+) min, ([\d.,]+) in all", told)
    assert float(stretches[-1][1].replace(",", "")) == pytest.approx(
        sum(float(minutes.replace(",", "")) for minutes, _ in stretches), abs=0.01 * len(stretches)
    )
    overruns = [seconds(over) / 60 for over in re.findall(r", resolution \d+, policy.*?over by ([\dhms ]+), of it", told, re.DOTALL)]
    assert sum(overruns) == pytest.approx(float(stretches[-1][1].replace(",", "")) - 8 * 60, abs=0.01)
    assert re.search(r"over by [\dhms ]+, of it [\dhms ]+ charged: [\d,./ ]+ x 50,000 IRR a minute( = |, exactly)", told)


def test_what_cannot_be_reported_is_said():
    """A month without charges names those that have some; a missing file and a bad label are one line each."""
    assert run("penalty_report.py", "--month", "1404-10").stdout.startswith("nothing is charged in 1404-10; there are charges in 1404-12")
    for arguments in (("absent.csv",), ("--rate", "-5")):
        done = run("penalty_report.py", *arguments)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
        assert "Traceback" not in done.stderr
