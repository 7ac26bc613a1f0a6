"""Probes: what a running service is asked from outside. A probe is a file; nothing lists them."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from plumbrule.probes.kit import Probe, Service
from plumbrule.probes.surface import Operation, merged, of_code, of_document
from plumbrule.probes.wire import Reply, Skip, Spent, Wire, address_of


@cache
def probes() -> tuple[Probe, ...]:
    """Every probe, in the order in which they are asked: those that only read come first."""
    names = sorted(path.stem for path in (Path(__file__).parent / "checks").glob("[!_]*.py"))
    modules = [importlib.import_module(f"{__name__}.checks.{name}") for name in names]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Probe)]
    return tuple(sorted(found, key=lambda probe: (probe.last, probe.writes, probe.rule.name)))


__all__ = [
    "Operation",
    "Probe",
    "Reply",
    "Service",
    "Skip",
    "Spent",
    "Wire",
    "address_of",
    "merged",
    "of_code",
    "of_document",
    "probes",
]
