"""What every picture shares: axes, colours, words in two languages, digits."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from slakit.errors import QueryError, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, RED, GREY, LIGHT = "#2f6f9f", "#d9822b", "#3c8d5a", "#b8433b", "#6b7280", "#d7dce2"
SATISFACTION = ("#b8433b", "#e2a07a", "#a9c8a4", "#3c8d5a")
"""From the least to the most satisfied."""
_DIGITS = str.maketrans("0123456789.,%", "۰۱۲۳۴۵۶۷۸۹٫٬٪")
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "attainment": ("SLA attainment", "تحقق توافق‌نامه سطح خدمت"),
    "share met": ("met, with 95 % interval", "انجام‌شده در مهلت، با بازه ۹۵٪"),
    "hours": ("hours of working time", "ساعت کاری"),
    "still open": ("share not yet finished", "سهم هنوز باز"),
    "median": ("median", "میانه"),
    "p90": ("90 %", "۹۰٪"),
    "open tickets": ("open", "باز"),
    "penalties": ("penalties", "جریمه"),
    "requests": ("requests", "درخواست‌ها"),
    "satisfaction": ("satisfaction", "رضایت مشتری"),
    "share": ("share of ratings", "سهم پاسخ‌ها"),
    "hour of day": ("hour of day", "ساعت روز"),
    "partial": ("partial", "ناتمام"),
    "value": ("value", "مقدار"),
    "running": ("running", "در جریان"),
    "paused": ("paused", "متوقف"),
    "excluded": ("excluded", "مستثنا"),
    "closed": ("closed hours", "بیرون از ساعت کاری"),
    "due": ("due", "مهلت"),
    "centre": ("centre", "میانگین"),
    "limits": ("limits", "حدود"),
    "n": ("n", "تعداد"),
})  # fmt: skip
LANGUAGES = ("en", "fa")


def word(key: str, language: str) -> str:
    """A label in a language.

    Raises:
        QueryError: ``unknown_language``.
    """
    if language not in LANGUAGES:
        message = f"language={language!r}: {did_you_mean(language, LANGUAGES)}"
        raise QueryError(message, code="unknown_language", given=language)
    return WORDS[key][LANGUAGES.index(language)]


def digits(text: str, language: str) -> str:
    """Text with the digits of a language."""
    return text.translate(_DIGITS) if language == "fa" else text


def axes(ax: "Axes | None", *, size: tuple[float, float] = (8.0, 3.6)) -> "Axes":
    """The given axes, or new ones.

    Raises:
        ImportError: matplotlib is not installed, with the remedy.
    """
    if ax is None:
        try:
            from matplotlib.figure import Figure  # noqa: PLC0415 - an extra
        except ImportError:
            message = "pictures need matplotlib: install slakit[plot]"
            raise ImportError(message) from None
        ax = Figure(figsize=size, layout="constrained").subplots()
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(labelsize=9)
    return ax


def titled(ax: "Axes", title: str, note: str, language: str) -> None:
    """A title above, and what a careful reader asks for beside it: n, window, as of."""
    ax.set_title(digits(title, language), loc="left", fontsize=11, fontweight="bold")
    ax.set_title(digits(note, language), loc="right", fontsize=8, color=GREY)


def percent_axis(ax: "Axes", language: str) -> None:
    """Shares from 0 to 1 as percent."""
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415 - an extra

    ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: digits(f"{share:.0%}", language)))
    ax.grid(axis="y", color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)


def number_axis(ax: "Axes", language: str) -> None:
    """Numbers with the digits of the language and thousands apart."""
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415 - an extra

    ax.yaxis.set_major_formatter(FuncFormatter(lambda given, _: digits(f"{given:,.10g}", language)))
    ax.grid(axis="y", color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)


def named_ticks(ax: "Axes", names: list[str], language: str) -> None:
    """One tick a name, slanted where they are many."""
    many = len(names) > 8  # noqa: PLR2004 - more do not fit level
    ax.set_xticks(
        range(len(names)), [digits(name, language) for name in names], rotation=40 if many else 0, ha="right" if many else "center"
    )


def plain(given: Any) -> Any:
    """A money amount or count as a float for drawing."""
    return float(given)
