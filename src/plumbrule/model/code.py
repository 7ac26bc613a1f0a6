"""Modules, classes and functions of the project, and what their names mean."""

from __future__ import annotations

from plumbrule.model.classes import Attribute, Class
from plumbrule.model.functions import Function, Parameter
from plumbrule.model.modules import Module
from plumbrule.model.scoped import Scoped

__all__ = ["Attribute", "Class", "Function", "Module", "Parameter", "Scoped"]
