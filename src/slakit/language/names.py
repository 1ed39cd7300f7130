"""What slakit's own names are called in Persian; names that a product or a contract gives stay as they are."""

from collections.abc import Mapping
from types import MappingProxyType

METRICS: Mapping[str, str] = MappingProxyType({
    "first_response": "پاسخ اول", "next_response": "پاسخ بعدی", "resolution": "حل", "first_resolution": "حل اول", "total_resolution": "حل کامل",
    "requester_wait": "انتظار درخواست‌کننده", "agent_work": "کار کارشناس", "periodic_update": "خبر دوره‌ای",
    "pausable_update": "خبر دوره‌ای با توقف", "queue": "صف", "service_delivery": "تحویل خدمت", "ownership": "مالکیت", "time_in": "زمان در وضعیت",
})  # fmt: skip
STATUSES: Mapping[str, str] = MappingProxyType({
    "new": "جدید", "open": "باز", "pending": "در انتظار مشتری", "on_hold": "در انتظار دیگران", "solved": "حل‌شده", "closed": "بسته",
})  # fmt: skip
VARIANTS: Mapping[str, str] = MappingProxyType({
    **STATUSES, "pausable": "با توقف", "latest": "از آخرین پیام", "each": "هر بار جداگانه", "accepted": "از پذیرش", "net": "بدون انتظار مشتری",
})  # fmt: skip
FIELDS: Mapping[str, str] = MappingProxyType({
    "customer": "مشتری", "team": "تیم", "group": "گروه", "channel": "کانال", "category": "دسته", "subcategory": "زیردسته", "priority": "اولویت",
    "impact": "دامنه اثر", "urgency": "فوریت", "topic": "موضوع", "product": "محصول", "agent": "کارشناس", "policy": "توافق‌نامه", "metric": "شاخص",
})  # fmt: skip
CAUSES: Mapping[str, str] = MappingProxyType({
    "reply": "پاسخ داده شد", "solved": "حل شد", "solved_without_reply": "بدون پاسخ حل شد", "taken_up": "کسی به دست گرفت",
    "handed_over": "واگذار شد", "left": "از این وضعیت بیرون رفت", "merged": "ادغام شد", "spam": "هرزنامه بود", "deleted": "حذف شد",
    "reset": "از نو آغاز شد", "superseded": "هدف تازه جای آن را گرفت",
})  # fmt: skip
