"""A rehearsal finds what is wrong with a migration, and nothing else."""

from migrate.faults import FAULTS, add_all, revision_of
from migrate.project import Little, rehearsed
from servers.database import Kind


def test_every_fault_is_found_where_it_can_happen_and_nothing_else(project: Little, kind: Kind) -> None:
    add_all(project)
    found = rehearsed(project)
    expected = {(revision_of(name), f.rule) for name, f in FAULTS.items() if f.only in ("", kind)}
    assert {(fault.revision, fault.rule) for fault in found.faults} == expected, found.faults
    assert len(found.faults) == len(expected)
    assert found.left == 0
