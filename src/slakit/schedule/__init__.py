"""Schedules: when a desk works."""

from slakit.schedule.by import ScheduleBy
from slakit.schedule.schedule import Schedule

__all__ = ["Schedule", "ScheduleBy"]
