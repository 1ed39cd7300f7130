"""How numbers, spans, days, names and conditions are said to people, in English and Persian."""

from slakit.language.language import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language"]
