"""Takes the logic of a handler out into a function of a service module, or refuses to."""

from plumbrule.restructure.extraction.extracting import Extracted, extract
from plumbrule.restructure.extraction.request import Extraction

__all__ = ["Extracted", "Extraction", "extract"]
