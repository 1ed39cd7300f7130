"""The words of a report in English and Persian."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from slakit.errors import QueryError, did_you_mean

LANGUAGES = ("en", "fa")
_DIGITS = str.maketrans("0123456789%", "۰۱۲۳۴۵۶۷۸۹٪")
_POINT, _THOUSANDS = re.compile(r"(?<=\d)\.(?=\d)"), re.compile(r"(?<=\d),(?=\d)")
_SPAN = re.compile(r"\b(\d+)(h|m|s)\b")
_SPAN_WORDS = {"h": "ساعت", "m": "دقیقه", "s": "ثانیه"}
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "report": ("Service report", "گزارش خدمات پشتیبانی"),
    "as of": ("as of", "تا"),
    "figure": ("figure", "شاخص"),
    "value": ("value", "مقدار"),
    "interval": ("95 % interval", "بازه ۹۵٪"),
    "n": ("n", "تعداد"),
    "note": ("note", "توضیح"),
    "attainment": ("SLA attainment", "تحقق توافق‌نامه سطح خدمت"),
    "durations": ("How long it took (open tickets counted)", "مدت‌ها (با احتساب درخواست‌های باز)"),
    "penalties": ("Penalties", "جریمه‌ها"),
    "service": ("Service", "خدمت"),
    "surveys": ("What customers said", "نظر مشتریان"),
    "requests": ("Requests", "درخواست‌ها"),
    "breakdown": ("Requests by category", "درخواست‌ها به تفکیک دسته"),
    "findings": ("Doubtful in the log", "موارد مشکوک در داده‌ها"),
    "none": ("nothing", "هیچ"),
    "open": ("open", "باز"),
    "within": ("still within", "هنوز در مهلت"),
    "cancelled": ("cancelled", "لغوشده"),
    "breached and open": ("breached and still open", "نقض‌شده و هنوز باز"),
    "left out": ("left out", "کنارگذاشته"),
    "pending": ("pending", "در انتظار نتیجه"),
    "aht": ("Average handle time (AHT)", "میانگین زمان رسیدگی (AHT)"),
    "fcr": ("First contact resolution (FCR)", "حل در تماس اول (FCR)"),
    "messages_per_service": ("Messages per service", "پیام به ازای هر خدمت"),
    "delivery_time": ("Service delivery time", "زمان تحویل خدمت"),
    "queue_time": ("Queue time", "زمان صف"),
    "reopen_rate": ("Reopened", "بازگشایی‌شده"),
    "requests_in_month": ("Requests in the period", "درخواست‌های دوره"),
    "csat": ("Customer satisfaction (CSAT)", "رضایت مشتری (CSAT)"),
    "nps": ("Net promoter score (NPS)", "شاخص خالص مروجان (NPS)"),
    "ces": ("Customer effort score (CES)", "شاخص تلاش مشتری (CES)"),
    "first_response": ("First response", "پاسخ اول"),
    "next_response": ("Next response", "پاسخ بعدی"),
    "next_response.latest": ("Next response, from the latest message", "پاسخ بعدی، از آخرین پیام"),
    "resolution": ("Resolution", "حل درخواست"),
    "total": ("Total", "جمع"),
    "code": ("code", "کد"),
    "count": ("count", "تعداد"),
    "metric": ("clock", "شاخص زمانی"),
    "policy": ("policy", "توافق‌نامه"),
    "currency": ("currency", "واحد پول"),
    "lines": ("breaches", "موارد نقض"),
    "amount": ("amount", "مبلغ"),
    "median": ("median", "میانه"),
    "p90": ("90 %", "۹۰٪"),
    "finished_median": ("median of the finished", "میانه پایان‌یافته‌ها"),
    "category": ("category", "دسته"),
    "share": ("share", "سهم"),
    "scorecard": ("Scorecard", "کارنامه شاخص‌ها"),
})  # fmt: skip


def checked(language: str) -> str:
    """A language that reports are written in.

    Raises:
        QueryError: ``unknown_language``.
    """
    if language not in LANGUAGES:
        message = f"language={language!r}: {did_you_mean(language, LANGUAGES)}"
        raise QueryError(message, code="unknown_language", given=language)
    return language


def word(key: str, language: str) -> str:
    """A word in a language; what has no translation stays as it is."""
    return WORDS[key][LANGUAGES.index(language)] if key in WORDS else key


def digits(text: str, language: str) -> str:
    """Text with the digits of a language; in Persian also the words of spans (``1h 30m``)."""
    if language == "fa":
        text = _SPAN.sub(lambda part: f"{part[1]} {_SPAN_WORDS[part[2]]}", text)
    return _THOUSANDS.sub("٬", _POINT.sub("٫", text)).translate(_DIGITS) if language == "fa" else text
