"""The comparisons, and what each measurement comes to."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

SERVICE = "service"

Figures = Mapping[str, float]  # microseconds of CPU a request, by subject: one round of one case


@dataclass(frozen=True, slots=True)
class Case:
    """One route, asked of the service and of what it is compared with (functions in `apps`)."""

    name: str
    path: str
    baselines: tuple[str, ...]
    target: float
    in_flight: int

    @property
    def subjects(self) -> tuple[str, ...]:
        return (SERVICE, *self.baselines)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The service against one baseline: medians over all rounds, and the ratio of each round."""

    name: str
    measured: Literal["in-process", "wrk"]
    baseline: str
    service_us: float
    baseline_us: float
    ratio: float
    ratios: tuple[float, ...]
    target: float


def cases(order_id: str) -> tuple[Case, ...]:
    bare, both = ("bare",), ("bare", "bare_with_pre_ping")
    return (
        Case("trivial, /livez", "/livez", bare, 1.5, in_flight=1),
        Case("trivial, with an access line", "/api/v1/trivial", bare, 1.5, in_flight=1),
        Case("authenticated read, /users/me", "/api/v1/users/me", both, 1.25, in_flight=4),
        Case("authenticated read, /orders/{id}", f"/api/v1/orders/{order_id}", both, 1.25, in_flight=4),
    )


def compared(
    case: Case, measured: Literal["in-process", "wrk"], rounds: Sequence[Figures]
) -> Iterator[Comparison]:
    """Yield one comparison for each baseline of `case`; service and baseline are paired round by round."""
    for baseline in case.baselines:
        ratios = tuple(figures[SERVICE] / figures[baseline] for figures in rounds)
        yield Comparison(
            case.name,
            measured,
            baseline,
            service_us=statistics.median(figures[SERVICE] for figures in rounds),
            baseline_us=statistics.median(figures[baseline] for figures in rounds),
            ratio=statistics.median(ratios),
            ratios=ratios,
            target=case.target,
        )
