"""Specialists as data. Adding one is adding a folder here with a `specialist.yaml`."""

from __future__ import annotations

from agents.specialist import Specialist, SpecialistError, load_all

__all__ = ["Specialist", "SpecialistError", "load_all"]
