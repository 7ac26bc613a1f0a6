"""Started by the project's interpreter; it becomes the package `plumb_inside`, out of their modules' way."""

import importlib
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main() -> None:
    """Answer requests until there are no more."""
    # Our folder would shadow modules of theirs with the same names, and theirs may be called alembic.
    del sys.path[0]
    place = os.path.join(HERE, "__init__.py")
    spec = importlib.util.spec_from_file_location("plumb_inside", place, submodule_search_locations=[HERE])
    assert spec is not None
    sys.modules["plumb_inside"] = importlib.util.module_from_spec(spec)
    conversation = importlib.import_module("plumb_inside.conversation")
    desk = conversation.imported()
    sys.path.insert(0, os.getcwd())
    conversation.serve(desk)


if __name__ == "__main__":
    main()
